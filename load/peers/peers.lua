-- One load for every peer: wrk … -s peers.lua ADDRESS -- PEER get|set
-- Values are 100 bytes of JSON. GET asks for one key, which SET has written before; SET goes to a thousand keys in turn.
local value = '"' .. string.rep("x", 98) .. '"'

-- The etcd gateway wants its keys and values so. Lengths here are multiples of three or padded.
local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function base64(text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local n = a * 65536 + (b or 0) * 256 + (c or 0)
    for k, unit in ipairs({ 262144, 4096, 64, 1 }) do
      local digit = math.floor(n / unit) % 64 + 1
      out[#out + 1] = (k <= 2 or (k == 3 and b) or (k == 4 and c)) and digits:sub(digit, digit) or "="
    end
  end
  return table.concat(out)
end

local function key(n) return string.format("k%05d", n) end

local rest = {
  get = function(n) return wrk.format("GET", "/api/v1/kv/default/load/" .. key(n)) end,
  set = function(n) return wrk.format("POST", "/api/v1/kv/default/load/" .. key(n), nil, '{"value":' .. value .. '}') end,
}
local peers = {
  edgeorleans = rest,
  bare = rest,
  etcd = {
    get = function(n) return wrk.format("POST", "/v3/kv/range", nil, '{"key":"' .. base64(key(n)) .. '"}') end,
    set = function(n)
      return wrk.format("POST", "/v3/kv/put", nil, '{"key":"' .. base64(key(n)) .. '","value":"' .. base64(value) .. '"}')
    end,
  },
  webdis = {
    get = function(n) return wrk.format("GET", "/GET/" .. key(n)) end,
    set = function(n) return wrk.format("PUT", "/SET/" .. key(n), nil, value) end,
  },
}

local requests, count, at = {}, 0, 0

-- Requests are built here and not once for each send: wrk must be cheaper than what it measures.
function init(args)
  wrk.headers["Content-Type"] = "application/json"
  local peer, kind = args[1], args[2]
  count = kind == "get" and 1 or 1000
  for n = 1, count do requests[n] = peers[peer][kind](n) end
end

function request()
  at = at % count + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %.1f %.4f %.4f %d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
