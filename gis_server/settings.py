"""Django's settings. What depends on the surroundings comes from `gis_server.environment` alone."""

from pathlib import Path

from django.utils.csp import CSP

from gis_server import environment
from gis_server.libraries import bundled_library
from gis_server.secret import secret_key
from layers.city import DEFAULT_CITY_FILE, read_city

ENVIRONMENT = environment.read()
BASE_DIR = Path(__file__).resolve().parent
HOME = ENVIRONMENT.home
CITY = read_city(ENVIRONMENT.city_file or DEFAULT_CITY_FILE)
TKY2JGD_FILE = ENVIRONMENT.tky2jgd_file
PATCHJGD_FILE = ENVIRONMENT.patchjgd_file

SECRET_KEY = secret_key(HOME)
DEBUG = False
ALLOWED_HOSTS = [*ENVIRONMENT.hosts, "127.0.0.1", "localhost", "[::1]", "testserver"]

GDAL_LIBRARY_PATH = bundled_library("rasterio", "libgdal")
GEOS_LIBRARY_PATH = bundled_library("shapely", "libgeos_c")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "layers",
    "etl",
    "ogc_api",
    "tile_cache",
    "gis_server.accounts",
    "gis_server.editing",
    "gis_server.navigation",
    "gis_server.disaster",
    "gis_server.data",
    "gis_server.places",
    "gis_server.imports",
    "gis_server.seeding",
    "gis_server.ogc_parts",
    "gis_server.tile_pages",
    "gis_server.web",
    "gis_server.command",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gis_server.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gis_server.accounts.middleware.AudienceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gis_server.web.middleware.ProblemMiddleware",
]

ROOT_URLCONF = "gis_server.urls"
WSGI_APPLICATION = "gis_server.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "gis_server.web.context.site",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Compiling takes longer than running any of our queries.
        # Statements are prepared where they say so (layers.database), never because they were asked often.
        "OPTIONS": {"application_name": "machigis", "options": "-c jit=off", "prepare_threshold": 1_000_000_000},
        **environment.database_settings(ENVIRONMENT.database_url or "postgresql:///machigis"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/disaster/"
CSRF_FAILURE_VIEW = "gis_server.web.errors.csrf_failure"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()  # `up` collects and compresses them there; tests need not
STATICFILES_DIRS = [
    ("web/i18n", BASE_DIR / "web" / "i18n"),
    ("vendor/maplibre-gl", BASE_DIR.parent / "node_modules" / "maplibre-gl" / "dist"),
    ("vendor/ol", BASE_DIR.parent / "node_modules" / "ol" / "dist"),
    ("vendor/terra-draw", BASE_DIR.parent / "node_modules" / "terra-draw" / "dist"),
    (
        "vendor/terra-draw-maplibre-gl-adapter",
        BASE_DIR.parent / "node_modules" / "terra-draw-maplibre-gl-adapter" / "dist",
    ),
]

MEDIA_ROOT = HOME / "uploads"
UPLOAD_MOST_BYTES = ENVIRONMENT.upload_mb * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # the form of an import has two for each column of a file
TILE_STORE = HOME / "tiles"
TILE_LOOK_SECONDS = 0.25  # a tile in memory is given after a look at the log of changes that is at most so old
PACK_STORE = HOME / "packs"
TILE_STORE_ADDRESS = ENVIRONMENT.tile_store  # empty: the folder above
TILE_STORE_PASSWORD = ENVIRONMENT.tile_store_password
TILE_STORE_MB = ENVIRONMENT.tile_store_mb
TILE_STORE_KEEPS: tuple[str, ...] = ()  # tilesets that are no layers of ours, and stay nevertheless
TILE_FLUSH_S = 1.0  # so often each process writes down what it has counted; 0 leaves that to who asks for it
MEASURES = HOME / "measures"
RASTER_STORE = HOME / "rasters"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "worker-src": [CSP.SELF, "blob:"],
    "style-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
X_FRAME_OPTIONS = "SAMEORIGIN"

# The lower package needs the higher one by name only: the OGC API mounts these as processes.
OGC_API_PROCESSES = {
    "route": "gis_server.navigation.processes.RouteProcess",
    "nearest-site": "gis_server.navigation.processes.NearestSiteProcess",
    "service-area": "gis_server.navigation.processes.ServiceAreaProcess",
}
# The standards that stand beside the features, each an `ogc_api.parts.Part`.
OGC_API_PARTS: list[str] = [
    "ogc_api.rasters.part.PART",
    "ogc_api.processes.part.JOBS",
    "gis_server.navigation.route_part.ROUTES",
    "gis_server.data.records_part.RECORDS",
    "gis_server.ogc_parts.tiles.TILES_PART",
    "gis_server.ogc_parts.styles.STYLES_PART",
    "gis_server.ogc_parts.maps.MAPS_PART",
    "ogc_api.writing.transactions.PART",
]
# What the owner of a layer adds to what is written, by the name of the layer.
OGC_API_WRITING_RULES = "gis_server.editing.rules.rules_for"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # What GDAL finds wrong with a file is an exception with a message of ours; its own lines would repeat it.
    # What MapProxy's caches find wrong with a store, the store says itself, and not with each tile.
    "loggers": {
        "rasterio": {"level": "CRITICAL"},
        "mapproxy.cache.redis": {"level": "CRITICAL"},
        "mapproxy.cache.mbtiles": {"level": "CRITICAL"},
    },
}
