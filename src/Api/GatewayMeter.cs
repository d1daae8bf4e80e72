using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>What the gateway measures of each request. Labels are bounded: a route's template, a method of HTTP, a status; never a name.</summary>
internal static class GatewayMeter
{
    // A client that went away before its answer has no status; this is the number that reverse proxies log for it.
    private const int ClientClosedRequest = 499;

    private static readonly Meter Meter = new("EdgeOrleans.Gateway");

    private static readonly Histogram<double> RequestDuration = Meter.CreateHistogram(
        "edgeorleans.http.request.duration", "s", "Time from the first line of a request to the end of its answer.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0003, 0.001, 0.003, 0.005, 0.01, 0.03, 0.05, 0.1, 0.3, 1, 3, 10] });

    private static readonly Histogram<int> BatchOperations = Meter.CreateHistogram(
        "edgeorleans.http.batch.operations", "{operation}", "Operations of one batch.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 3, 10, 30, 100, 300, 1000] });

    // Made once for each combination that occurs, so that a request allocates nothing to be counted.
    private static readonly ConcurrentDictionary<int, KeyValuePair<string, object?>[]> RequestTags = new();

    public static void Answered(HttpContext context, Route route, Verb verb, TimeSpan duration)
    {
        if (RequestDuration.Enabled)
        {
            var isUnanswered = !context.Response.HasStarted && context.RequestAborted.IsCancellationRequested;
            var status = isUnanswered ? ClientClosedRequest : context.Response.StatusCode;
            RequestDuration.Record(duration.TotalSeconds, TagsOf(route, verb, status));
        }
    }

    public static void BatchRead(OperationKind kind, int operations) =>
        BatchOperations.Record(operations, new KeyValuePair<string, object?>("method", kind == OperationKind.Delete ? "DELETE" : "POST"));

    private static KeyValuePair<string, object?>[] TagsOf(Route route, Verb verb, int status)
    {
        var key = ((int)route << 16) | ((int)verb << 10) | status;
        return RequestTags.TryGetValue(key, out var tags) ? tags : RequestTags.GetOrAdd(key,
        [
            new("route", Routes.Template(route)),
            new("method", verb == Verb.None ? "other" : verb.ToString().ToUpperInvariant()),
            new("status", status.ToString(CultureInfo.InvariantCulture)),
        ]);
    }
}
