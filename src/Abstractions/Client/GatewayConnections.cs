using Microsoft.AspNetCore.Connections;

namespace EdgeOrleans;

/// <summary>
/// The connections of a client to its gateways, for one question: can a call have been sent twice? Orleans sends what was on its way
/// once more when a gateway's connection breaks, and only after the connection says that it is closed.
/// </summary>
internal sealed class GatewayConnections
{
    private readonly Lock _gate = new();
    private readonly List<CancellationToken> _open = [];
    private long _ended;

    /// <summary>How many have ended so far: what to remember when a call begins.</summary>
    public long Ended
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    /// <summary>Whether one has broken since so many had <paramref name="ended"/>. If none has, each call since then was sent once.</summary>
    public bool HaveBrokenSince(long ended)
    {
        lock (_gate)
        {
            return _ended != ended || _open.Exists(static closed => closed.IsCancellationRequested);
        }
    }

    /// <summary>Watches each connection as long as it is served.</summary>
    public ConnectionDelegate Watch(ConnectionDelegate next) => async context =>
    {
        var closed = context.ConnectionClosed;
        lock (_gate)
        {
            _open.Add(closed);
        }

        try
        {
            await next(context);
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(closed);
                _ended++;
            }
        }
    };
}
