using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using EdgeOrleans.Linearizability;

namespace EdgeOrleans.Cluster.Tests.Traffic;

/// <summary>A client of one member, which asks once and writes down what it then knows.</summary>
internal sealed class GatewayClient(int gateway, Uri address) : IDisposable
{
    // The service gives up before.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { BaseAddress = address, Timeout = Patience };

    public async Task<Attempt> Ask(OperationKind kind, string collection, string key, long value = Operation.Absent)
    {
        using var request = Request(kind, collection, key, value);
        var begin = Moment.Now;
        var reply = await Send(request, isWrite: kind == OperationKind.Write);
        var operation = new Operation(kind, kind == OperationKind.Write ? value : reply.Seen, begin, Moment.Now, reply.Outcome);
        return new Attempt(gateway, collection, key, operation, reply.Answer, reply.Message);
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage Request(OperationKind kind, string collection, string key, long value)
    {
        var strong = kind == OperationKind.StrongRead ? "?consistency=strong" : "";
        var isDelete = kind == OperationKind.Write && value == Operation.Absent;
        return new HttpRequestMessage(
            kind != OperationKind.Write ? HttpMethod.Get : isDelete ? HttpMethod.Delete : HttpMethod.Post,
            new Uri($"/api/v1/kv/default/{collection}/{key}{strong}", UriKind.Relative))
        {
            // A request with a body, be it empty, is never sent twice by the client behind our back.
            Content = kind != OperationKind.Write ? null : new StringContent(isDelete ? "" : string.Create(CultureInfo.InvariantCulture, $"{{\"value\":{value}}}"), Encoding.UTF8),
        };
    }

    private async Task<Reply> Send(HttpRequestMessage request, bool isWrite)
    {
        try
        {
            using var response = await _client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            return response.StatusCode switch
            {
                HttpStatusCode.OK or HttpStatusCode.Created => new(Outcome.Acknowledged, Number(response.StatusCode), Seen: isWrite ? Operation.Absent : ValueOf(text)),
                HttpStatusCode.NotFound when !isWrite => new(Outcome.Acknowledged, Number(response.StatusCode)),
                _ => Refused(response, text),
            };
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
        {
            return new Reply(Outcome.Refused, "no connection", e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new Reply(Outcome.Unknown, "cut off", e.Message);
        }
        catch (OperationCanceledException)
        {
            return new Reply(Outcome.Unknown, "no answer");
        }
    }

    private static Reply Refused(HttpResponseMessage response, string text)
    {
        using var body = JsonDocument.Parse(text);
        var code = body.RootElement.GetProperty("code").GetString();
        var message = body.RootElement.GetProperty("message").GetString()!;

        // What is not said to be unknown is promised not to have happened.
        var isUnknown = response.StatusCode is not HttpStatusCode.ServiceUnavailable || message.Contains("unknown", StringComparison.Ordinal);
        var retry = response.StatusCode is HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is null ? " without Retry-After" : "";
        return new Reply(isUnknown ? Outcome.Unknown : Outcome.Refused, $"{Number(response.StatusCode)} {code}{retry}", message);
    }

    private static string Number(HttpStatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);

    private static long ValueOf(string text)
    {
        using var entry = JsonDocument.Parse(text);
        return entry.RootElement.GetProperty("value").GetInt64();
    }

    private sealed record Reply(Outcome Outcome, string Answer, string Message = "", long Seen = Operation.Absent);
}
