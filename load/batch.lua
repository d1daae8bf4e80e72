-- 1000 operations over 10 collections, 100-byte values; each run of a thousand keys replaces the last.
local ops = {}
for i = 1, 1000 do
  ops[i] = string.format('{"namespace":"default","collection":"batch%d","key":"k%d","value":"%s"}', i % 10, i, string.rep("x", 98))
end
local body = '{"operations":[' .. table.concat(ops, ",") .. ']}'
function init() wrk.method = "POST"; wrk.body = body end
function request() return wrk.format(nil, "/api/v1/kv/batch") end
function done(summary, latency)
  io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
