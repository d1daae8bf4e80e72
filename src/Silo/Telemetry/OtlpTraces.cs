using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EdgeOrleans.Silo.Telemetry;

/// <content>Compiled into the editions whose size allows it; see the project file.</content>
internal static partial class Traces
{
    static partial void Include(ref bool included) => included = true;

    static partial void Export(ISiloBuilder silo, Uri endpoint)
    {
        // Orleans' filter carries the trace into the grain and makes the spans of calls.
        silo.AddActivityPropagation();
        silo.Services.AddHostedService(_ => new Exporter(endpoint));
    }

    /// <summary>Exports while the host runs; what is left is sent at its stop.</summary>
    private sealed class Exporter(Uri endpoint) : IHostedService, IDisposable
    {
        private TracerProvider? _provider;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(static resource => resource.AddService("edgeorleans", serviceVersion: ServiceRun.Version))
                .AddSource("EdgeOrleans.*", "Microsoft.Orleans.Application")
                .AddOtlpExporter(otlp =>
                {
                    otlp.Endpoint = new Uri(endpoint, "v1/traces");
                    otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                })
                .Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Dispose();
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            _provider?.Dispose();
            _provider = null;
        }
    }
}
