using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace EdgeOrleans.Api;

/// <summary>What can be asked of the gateway at any time, beside the limits that it is held against.</summary>
internal sealed class GatewayGauges(ApiOptions options, ConnectionLimit connections, RequestBytes bytes) : IHostedService, IDisposable
{
    private readonly Meter _meter = new("EdgeOrleans.Gateway");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableGauge("edgeorleans.http.connections", () => connections.Open, "{connection}", "Open connections.");
        _meter.CreateObservableGauge(
            "edgeorleans.http.connections.limit", () => options.MaxConnections, "{connection}", "How many are served (Http:MaxConnections).");
        _meter.CreateObservableGauge("edgeorleans.http.body.size", () => bytes.InFlight, "By", "Bytes of request bodies in memory.");
        _meter.CreateObservableGauge(
            "edgeorleans.http.body.limit", () => bytes.Max, "By", "How many may be (Http:MaxRequestBytesInFlight, Memory:BudgetBytes).");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();
}
