function init() wrk.method = "GET" end
function request() return wrk.format(nil, "/api/v1/kv/default/many?limit=1000&offset=50000") end
function done(summary, latency)
  io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
