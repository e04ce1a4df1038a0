-- For wrk: asks for the addresses of a file in turns. Arguments: the file, the line to begin after.
-- Each thread begins at another part of the file.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  written = {}
  for address in io.lines(args[1]) do
    written[#written + 1] = wrk.format("GET", address)
  end
  place = tonumber(args[2]) + number * math.floor(#written / 2)
end

function request()
  place = place + 1
  return written[(place - 1) % #written + 1]
end
