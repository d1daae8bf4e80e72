using System.Net;
using System.Text;
using System.Text.Json;

namespace EdgeOrleans.ServiceHarness;

/// <summary>The few calls that most whole-process tests make.</summary>
public static class Entries
{
    /// <summary>Sets a key in the namespace <c>default</c>.</summary>
    /// <returns>The status.</returns>
    public static async Task<HttpStatusCode> Set(this HttpClient client, string collection, string key, string json, CancellationToken ct = default)
    {
        using var response = await client.Post(collection, key, json, ct);
        return response.StatusCode;
    }

    /// <summary>Sets a key in the namespace <c>default</c>, which must succeed.</summary>
    /// <exception cref="HttpRequestException">Any other status than 201; the message has the answer's text.</exception>
    public static async Task MustSet(this HttpClient client, string collection, string key, string json, CancellationToken ct = default)
    {
        using var response = await client.Post(collection, key, json, ct);
        await Ensure(response, HttpStatusCode.Created, $"SET {collection}/{key}", ct);
    }

    /// <summary>Gets a key of the namespace <c>default</c>.</summary>
    /// <returns>The JSON text of its value, or <see langword="null"/> when there is none.</returns>
    /// <exception cref="HttpRequestException">Any other status than 200 and 404; the message has the answer's text.</exception>
    public static async Task<string?> Get(this HttpClient client, string collection, string key, CancellationToken ct = default)
    {
        using var response = await client.GetAsync(new Uri(Path(collection, key), UriKind.Relative), ct);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await Ensure(response, HttpStatusCode.OK, $"GET {collection}/{key}", ct);
        using var entry = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
        return entry.RootElement.GetProperty("value").GetRawText();
    }

    private static async Task<HttpResponseMessage> Post(this HttpClient client, string collection, string key, string json, CancellationToken ct)
    {
        using var body = new StringContent($"{{\"value\":{json}}}", Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri(Path(collection, key), UriKind.Relative), body, ct);
    }

    private static async Task Ensure(HttpResponseMessage response, HttpStatusCode expected, string what, CancellationToken ct)
    {
        if (response.StatusCode != expected)
        {
            var text = await response.Content.ReadAsStringAsync(ct);
            throw new HttpRequestException($"{what}: {(int)response.StatusCode} {text}", null, response.StatusCode);
        }
    }

    private static string Path(string collection, string key) =>
        $"/api/v1/kv/default/{Uri.EscapeDataString(collection)}/{Uri.EscapeDataString(key)}";
}
