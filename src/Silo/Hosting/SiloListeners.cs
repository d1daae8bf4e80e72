using System.Net;
using Microsoft.AspNetCore.Connections;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>
/// Orleans insists on a port for other silos, of which there are none. This factory binds nothing for it, so that two services
/// on one machine do not meet there and nobody else finds an open port; the gateway's own endpoint gets Orleans' sockets.
/// </summary>
internal sealed class SiloListeners(EndPoint siloEndpoint, Func<IConnectionListenerFactory> sockets) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint.Equals(siloEndpoint)
            ? ValueTask.FromResult<IConnectionListener>(new SilentListener(endpoint))
            : sockets().BindAsync(endpoint, cancellationToken);

    /// <summary>A listener to which nobody ever connects.</summary>
    private sealed class SilentListener(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint { get; } = endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            new(_unbound.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
