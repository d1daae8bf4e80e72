using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace EdgeOrleans.Silo.Telemetry;

/// <summary>What .NET's own meter does not tell of the process.</summary>
internal sealed class ProcessGauges : IHostedService, IDisposable
{
    private const string OpenFiles = "/proc/self/fd";

    private readonly Meter _meter = new("EdgeOrleans.Process");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableGauge("edgeorleans.process.files", CountOpenFiles, "{file}", "Open files and sockets.");
        _meter.CreateObservableGauge(
            "edgeorleans.build",
            static () => new Measurement<int>(1, new("version", ServiceRun.Version), new("edition", RuntimeFeature.IsDynamicCodeSupported ? "jit" : "native")),
            "{build}",
            "1, with version and edition as labels.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    // Where there is no /proc there is nothing to count, and the series stays away.
    private static IEnumerable<Measurement<int>> CountOpenFiles() =>
        Directory.Exists(OpenFiles) ? [new(Directory.EnumerateFileSystemEntries(OpenFiles).Count())] : [];
}
