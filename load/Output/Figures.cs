using EdgeOrleans.Load.Recording;
using EdgeOrleans.Load.Scenarios;
using EdgeOrleans.Load.Services;

namespace EdgeOrleans.Load.Output;

/// <summary>Results as words and rows, the same on the console and in the report.</summary>
internal static class Figures
{
    public static IReadOnlyList<string> StepColumns { get; } = ["step", "answers", "rate/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms", "errors"];

    public static IReadOnlyList<string> Row(StepResult step) =>
    [
        step.Name, $"{step.Count:N0}", $"{step.RatePerSecond:N0}", Ms(step.P50Ms), Ms(step.P90Ms), Ms(step.P99Ms), Ms(step.P999Ms), Ms(step.MaxMs), $"{step.ErrorCount:N0}",
    ];

    /// <summary>What else there is to say, a line each.</summary>
    public static IEnumerable<string> Notes(ScenarioResult result)
    {
        foreach (var step in result.Steps)
        {
            foreach (var (kind, count) in step.Errors)
            {
                yield return $"{step.Name}: {count:N0} times {kind}";
            }
        }

        if (result.LatenessP99Ms is { } late)
        {
            yield return $"99 % of the requests were sent within {Ms(late)} ms of the moment they were due; latencies run from that moment";
        }

        if (result.GeneratorCpuSecondsPerThousand is { } cpu)
        {
            yield return $"generator: {cpu:0.000} CPU seconds per 1,000 requests";
        }

        if (result.Usage is { } usage)
        {
            yield return Text(usage);
        }
        else if (result.Table is null)
        {
            yield return "the service's process cannot be seen from here, so its memory, processor time and device bytes are not known";
        }
    }

    public static string Ms(double ms) => ms < 100 ? $"{ms:0.00}" : $"{ms:N0}";

    private static string Text(UsageResult usage)
    {
        var bytes = usage.DeviceBytes is { } written ? $"{written:N0} bytes written to {usage.Device} by all that use it" : "the data is on no block device";
        return $"service: RSS {usage.RssMb:0.0} MB (peak {usage.PeakRssMb:0.0}), {usage.CpuSecondsPerThousand:0.000} CPU seconds per 1,000 requests, {bytes}";
    }
}
