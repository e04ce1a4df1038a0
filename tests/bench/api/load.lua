-- For wrk: asks for the addresses of a file in turns. Arguments: the file, the line to begin after.
-- Each thread begins at another part of the file. At the end one line says what was counted.

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

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "counted requests=%d microseconds=%d refused=%d broken=%d late=%d\n", summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
