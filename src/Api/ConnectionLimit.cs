using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>
/// Counts connections. One over the limit is still let in, so that its first request gets an answer in HTTP, also under TLS,
/// and is closed after it. The server itself closes what comes beyond <see cref="ServerMax"/> without a word.
/// </summary>
internal sealed class ConnectionLimit(ApiOptions options)
{
    /// <summary>Connections that may wait at once to be told that they are too many.</summary>
    private const int OverLimitMax = 256;

    /// <summary>How long one of them may take to ask.</summary>
    private const int OverLimitMs = 5_000;

    private readonly ApiError _refused = new(
        ErrorKind.Unavailable, $"open connections have reached the limit of {options.MaxConnections} (Http:MaxConnections); try again");

    private int _open;
    private int _overLimit;

    /// <summary>Connections open now, those over the limit included.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Where the server's own limit stands.</summary>
    public int ServerMax => options.MaxConnections + OverLimitMax;

    public async Task Run(ConnectionContext connection, ConnectionDelegate next)
    {
        var over = Interlocked.Increment(ref _open) > options.MaxConnections;
        try
        {
            await (over ? RunOver(connection, next) : next(connection));
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Why the connection of this request is one too many, if it is; it is closed after the answer.</summary>
    public ApiError? Refusal(HttpContext context)
    {
        if (Volatile.Read(ref _overLimit) == 0 || context.Features.Get<OverLimit>() is null)
        {
            return null;
        }

        context.Response.Headers.Connection = "close";
        return _refused;
    }

    private async Task RunOver(ConnectionContext connection, ConnectionDelegate next)
    {
        Interlocked.Increment(ref _overLimit);
        connection.Features.Set(OverLimit.Mark);
        var patience = new CancellationTokenSource(OverLimitMs);
        var end = patience.Token.Register(connection.Abort);
        try
        {
            await next(connection);
        }
        finally
        {
            await end.DisposeAsync();
            patience.Dispose();
            Interlocked.Decrement(ref _overLimit);
        }
    }

    private sealed class OverLimit
    {
        public static OverLimit Mark { get; } = new();
    }
}
