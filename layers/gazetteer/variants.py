"""Old and variant forms of kanji as they occur in names of people and places, by the form in everyday use. Pure.

Sources: 常用漢字表 (内閣告示第二号, 2010) with its 康熙字典体 in brackets, and forms common in place names beyond it.
"""

from __future__ import annotations

from typing import Final

_PAIRS: Final = (
    "澤沢 髙高 﨑崎 嵜崎 碕崎 濵浜 濱浜 邊辺 邉辺 齋斉 齊斉 斎斉 廣広 櫻桜 國国 學学 會会 驛駅 舘館 瀧滝 龍竜 嶋島 "
    "嶌島 德徳 眞真 惠恵 橫横 圓円 藏蔵 鐵鉄 團団 榮栄 豐豊 瀨瀬 黑黒 淺浅 齒歯 壽寿 寶宝 靜静 應応 鷗鴎 曾曽 檜桧 "
    "籔薮 萬万 與与 禮礼 關関 點点 體体 醫医 專専 寫写 聲声 彌弥 峯峰 埜野 條条 淵渕 槇槙 冨富 𠮷吉 鄕郷 賴頼 劍剣 "
    "劔剣 螢蛍 鷄鶏 狹狭 峽峡 繩縄 總総 巖巌 辨弁 辯弁 瓣弁 籠篭 礪砺 壺壷 萠萌 曉暁 晝昼 麥麦 稻稲 穗穂 薗園 鎭鎮 "
    "爲為 當当 號号 圖図 區区 縣県 廳庁 處処 氣気 濟済 澁渋 溪渓 灣湾 獨独 單単 實実 將将 屬属 嶽岳 遙遥 遲遅 郞郎 "
    "鑛鉱 鑄鋳 鹽塩 黃黄 數数 步歩 敎教 靑青 綠緑 淸清 旣既 卽即 祿禄 錄録 增増 廐厩 舊旧 假仮 兒児 兩両 勞労 勳勲 "
    "發発 變変 證証 讀読 譯訳 釋釈 鬪闘 貳弐 壹壱 參参 雙双 戰戦 戶戸 拔抜 擴拡 收収 效効 晉晋 來来 樂楽 樓楼 權権 "
    "歸帰 殘残 毆殴 滿満 潛潜 燒焼 甁瓶 畫画 疊畳 盡尽 硏研 竝並 粹粋 絲糸 經経 繪絵 續続 缺欠 聽聴 膽胆 臺台 莊荘 "
    "藝芸 藥薬 蘆芦 虛虚 蟲虫 衞衛 裝装 覺覚 觀観 觸触 轉転 輕軽 遞逓 邨村 醉酔 釀醸 錢銭 險険 隨随 隱隠 雜雑 靈霊 "
    "顯顕 驗験 髮髪 鬭闘 鹼鹸 麴麹 龜亀 苅刈 瀆涜 籏旗 鄰隣 "
)

KANJI_VARIANTS: Final[dict[int, str]] = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}
"""For `str.translate`. What differs only by compatibility code points is already one after NFKC."""
