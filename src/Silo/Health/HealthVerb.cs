using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Health;

/// <summary>
/// <c>edgeorleans health</c>: one GET of <c>/health/live</c>, for containers that have no shell and no curl: a full card must not
/// lead to restarts. A socket and one line of
/// the answer: an HTTP client would make the binary 5 % larger.
/// </summary>
internal static class HealthVerb
{
    // Less than the time-outs that container engines give by default.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Asks, and says in one line what was answered.</summary>
    /// <returns><see cref="ExitCode.Stopped"/> when the service is alive, else <see cref="ExitCode.Fault"/>: engines know these two.</returns>
    /// <exception cref="StartFault">There is no port to ask.</exception>
    public static async Task<ExitCode> Run(ServiceOptions options)
    {
        var address = HealthAddress.Of(options);
        using var limit = new CancellationTokenSource(Limit);
        string answer;
        try
        {
            answer = await Ask(address, limit.Token);
        }
        catch (OperationCanceledException)
        {
            answer = $"no answer in {Limit.TotalSeconds:0} s";
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            answer = e.Message;
        }

        var isHealthy = answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
        await (isHealthy ? Console.Out : Console.Error).WriteLineAsync($"{options.Addresses[0]}: {answer}");
        return isHealthy ? ExitCode.Stopped : ExitCode.Fault;
    }

    /// <summary>The first line of the answer.</summary>
    private static async Task<string> Ask(HealthAddress address, CancellationToken ct)
    {
        using var socket = address.EndPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.EndPoint, ct);
        await using var stream = await Open(socket, address, ct);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {address.Host}\r\nConnection: close\r\n\r\n"), ct);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadLineAsync(ct) ?? "the connection was closed without an answer";
    }

    private static async Task<Stream> Open(Socket socket, HealthAddress address, CancellationToken ct)
    {
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (!address.IsHttps)
        {
            return plain;
        }

        // The certificate names the device as others know it, and nothing secret is sent.
#pragma warning disable CA5359
        var secure = new SslStream(plain, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, ct);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}
