using Microsoft.AspNetCore.Hosting.Server;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>
/// At the end, before anything else stops: no new connection, and a short while for requests in flight.
/// A client that never finishes its request would otherwise use up the time that saving needs.
/// </summary>
internal sealed class RequestDrain(IServer server) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(Patience);
        await server.StopAsync(bounded.Token);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
