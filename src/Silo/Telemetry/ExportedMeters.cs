using System.Diagnostics.Metrics;

namespace EdgeOrleans.Silo.Telemetry;

/// <summary>Which instruments are exported. What is not is not enabled either, and costs nothing.</summary>
internal static class ExportedMeters
{
    /// <summary>Meters that are exported whole: ours, .NET's own of the process, and those of storage libraries.</summary>
    private static readonly string[] Whole = ["System.Runtime", "Npgsql"];

    /// <summary>Of Orleans' some hundred instruments those that tell an operator of one silo something that no other does.</summary>
    private static readonly string[] OfOrleans =
    [
        "orleans-app-requests-timedout",
        "orleans-catalog-activation-failed-to-activate",
        "orleans-catalog-activations",
        "orleans-gateway-connected-clients",
        "orleans-messaging-expired",
        "orleans-messaging-rejected",
        "orleans-scheduler-long-running-turns",
    ];

    /// <summary>.NET makes counters of these, although they go down as well and its own documentation says so.</summary>
    private static readonly string[] GoDownToo = ["dotnet.thread_pool.queue.length", "dotnet.thread_pool.thread.count"];

    /// <summary>Whether it is a counter by its type alone.</summary>
    public static bool GoesDownToo(Instrument instrument) => GoDownToo.Contains(instrument.Name);

    /// <summary>Whether it is exported.</summary>
    public static bool Includes(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("EdgeOrleans.", StringComparison.Ordinal)
        || Whole.Contains(instrument.Meter.Name)
        || (instrument.Meter.Name == "Microsoft.Orleans" && OfOrleans.Contains(instrument.Name));
}
