-- SET of a 100-byte JSON value on keys of its own per thread; no request without a Host header (see init).
local value = '{"value":"' .. string.rep("x", 98) .. '"}'
local n = 0
local thread = 0
function setup(t) t:set("thread", thread); thread = thread + 1 end
function init() wrk.headers["Content-Type"] = "application/json"; wrk.method = "POST"; wrk.body = value end
function request()
  n = (n + 1) % 10000
  return wrk.format(nil, "/api/v1/kv/default/figures/" .. n)
end
function done(summary, latency)
  io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
