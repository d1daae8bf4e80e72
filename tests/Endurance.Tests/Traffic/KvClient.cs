using System.Net.Sockets;
using System.Text;
using EdgeOrleans.Oracle;

namespace EdgeOrleans.Endurance.Tests.Traffic;

/// <summary>Requests as they are, and answers of any kind. Each caller at a time has a connection of its own.</summary>
internal sealed class KvClient : IDisposable
{
    private readonly HttpClient _http;

    public KvClient(Uri address, TimeSpan? timeout = null) => _http = new HttpClient(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null })
    {
        BaseAddress = address,
        Timeout = timeout ?? TimeSpan.FromSeconds(30),
    };

    /// <summary>Whether a request that got no answer was cut off by its own time-out: the service hangs.</summary>
    public bool HasTimedOut { get; private set; }

    public Task<Reply> Set(Place place, string json) => Send(HttpMethod.Post, Route.To(place), $$"""{"value":{{json}}}""");

    public Task<Reply> Get(Place place) => Send(HttpMethod.Get, Route.To(place));

    public Task<Reply> Delete(Place place) => Send(HttpMethod.Delete, Route.To(place));

    public Task<Reply> List(string ns, string collection, int limit = 10_000, int offset = 0) =>
        Send(HttpMethod.Get, $"{Route.ToCollection(ns, collection)}?limit={limit}&offset={offset}");

    public Task<Reply> SetBatch(IEnumerable<(Place Place, string Json)> operations) =>
        Send(HttpMethod.Post, "/api/v1/kv/batch", Batch(operations.Select(static o => $"{Names(o.Place)},\"value\":{o.Json}")));

    public Task<Reply> DeleteBatch(IEnumerable<Place> places) =>
        Send(HttpMethod.Delete, "/api/v1/kv/batch", Batch(places.Select(Names)));

    public Task<Reply> Namespaces() => Send(HttpMethod.Get, "/api/v1/namespaces");

    public Task<Reply> Collections(string ns) => Send(HttpMethod.Get, $"/api/v1/namespaces/{ns}/collections");

    public Task<Reply> Info(string ns) => Send(HttpMethod.Get, $"/api/v1/namespaces/{ns}/info");

    public Task<Reply> DeleteNamespace(string ns) => Send(HttpMethod.Delete, $"/api/v1/namespaces/{ns}");

    public Task<Reply> DeleteCollection(string ns, string collection) =>
        Send(HttpMethod.Delete, $"/api/v1/namespaces/{ns}/collections/{collection}");

    public Task<Reply> Health() => Send(HttpMethod.Get, "/health");

    public Task<Reply> Live() => Send(HttpMethod.Get, "/health/live");

    public async Task<Reply> Send(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        try
        {
            using var response = await _http.SendAsync(request);
            var retryAfter = response.Headers.TryGetValues("Retry-After", out var values) ? values.First() : null;
            return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), retryAfter);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            HasTimedOut |= e is OperationCanceledException;
            return Reply.None;
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Batch(IEnumerable<string> operations) => $$"""{"operations":[{{string.Join(',', operations.Select(static o => "{" + o + "}"))}}]}""";

    private static string Names(Place place) =>
        $"\"namespace\":{Quoted(place.Namespace)},\"collection\":{Quoted(place.Collection)},\"key\":{Quoted(place.Key)}";

    private static string Quoted(string text) => "\"" + System.Text.Json.JsonEncodedText.Encode(text) + "\"";
}
