using System.Net;
using System.Text.Json;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests;

/// <summary>A service of the site reads what devices mirrored.</summary>
[Collection(SiteCollection.Name)]
public sealed class ReaderTests(SiteServer server) : IDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly ServiceDirectory _other = new();

    public void Dispose()
    {
        _directory.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Site_service_lists_devices_and_reads_their_values()
    {
        var site = await SiteDatabase.Create(server);
        await using var link = new Link(server.EndPoint);
        await using var device = await ServiceProcess.Start(_directory, site.Device());
        const string Json = """{"n":21.50,"s":"a\u0000b"}""";
        await device.Client.Set("a+b", "é", Json);
        await device.Client.Set("a+b", "none", "null");
        await device.WaitInSync();
        var id = await device.DeviceId();

        var setup = site.Device(link).With("Site:ServeDevices", "true");
        await using var reader = await ServiceProcess.Start(_other, setup);
        var listed = await Json200(reader, "/api/v1/devices");
        Assert.Equal(1, listed.GetProperty("count").GetInt32());
        Assert.Equal(id, listed.GetProperty("devices")[0].GetProperty("device").GetString());
        Assert.Equal(Environment.MachineName, listed.GetProperty("devices")[0].GetProperty("name").GetString());

        var path = $"/api/v1/devices/{id}/kv/default/a%2Bb/%C3%A9";
        var entry = await Json200(reader, path);
        Assert.Equal(Json, entry.GetProperty("value").GetRawText());
        Assert.Equal((id, "default", "a+b", "é"), (Text(entry, "device"), Text(entry, "namespace"), Text(entry, "collection"), Text(entry, "key")));
        const string Odd = "a\",\"sequence\":1,\"\\<é";
        await device.Client.Set("a+b", Odd, "7");
        await device.SetMany(Enumerable.Range(0, 20_000).Select(static i => ("large", $"k{i}", $"\"{{\\\"key\\\":{i}}}\"")));
        await device.WaitInSync();
        Assert.Equal("7", (await Json200(reader, $"/api/v1/devices/{id}/kv/default/a%2Bb/{Uri.EscapeDataString(Odd)}")).GetProperty("value").GetRawText());
        Assert.Equal("\"{\\\"key\\\":777}\"", (await Json200(reader, $"/api/v1/devices/{id}/kv/default/large/k777")).GetProperty("value").GetRawText());
        Assert.Equal("null", (await Json200(reader, $"/api/v1/devices/{id}/kv//a%2Bb/none")).GetProperty("value").GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await reader.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path))).StatusCode);
        Assert.Equal((404, "KEY_NOT_FOUND"), await Error(reader, HttpMethod.Get, $"/api/v1/devices/{id}/kv/default/a%2Bb/x"));
        Assert.Equal((404, "KEY_NOT_FOUND"), await Error(reader, HttpMethod.Get, $"/api/v1/devices/{id}/kv/default/x/x"));
        Assert.Equal((400, "INVALID_PARAMS"), await Error(reader, HttpMethod.Get, "/api/v1/devices/x%00/kv/default/x/x"));
        Assert.Equal((404, "DEVICE_NOT_FOUND"), await Error(reader, HttpMethod.Get, "/api/v1/devices/x/kv/default/x/x"));
        Assert.Equal((400, "INVALID_PARAMS"), await Error(reader, HttpMethod.Get, $"/api/v1/devices/{id}/kv/default/x/%00"));
        Assert.Equal((405, "METHOD_NOT_ALLOWED"), await Error(reader, HttpMethod.Post, path));
        Assert.Equal((404, "NOT_FOUND"), await Error(reader, HttpMethod.Get, $"/api/v1/devices/{id}"));
        Assert.Equal((404, "NOT_FOUND"), await Error(reader, HttpMethod.Get, $"/api/v1/devices/{id}/kv/default/x"));
        Assert.Equal((404, "NOT_FOUND"), await Error(device, HttpMethod.Get, "/api/v1/devices"));

        // It mirrors nothing itself, and says when the site is away.
        Assert.Empty((await Json200(reader, "/sync")).GetProperty("targets").EnumerateArray());
        link.Cut();
        Assert.Equal((503, "UNAVAILABLE"), await Error(reader, HttpMethod.Get, path));
        link.Stall();
        link.Heal();
        Assert.Equal(Json, (await Json200(reader, path)).GetProperty("value").GetRawText());
    }

    private static string Text(JsonElement entry, string member) => entry.GetProperty(member).GetString()!;

    private static async Task<JsonElement> Json200(ServiceProcess service, string path)
    {
        using var response = await service.Client.GetAsync(new Uri(path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode} {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    private static async Task<(int Status, string? Code)> Error(ServiceProcess service, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = method == HttpMethod.Post ? new StringContent("""{"value":1}""") : null };
        using var response = await service.Client.SendAsync(request);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return ((int)response.StatusCode, json.RootElement.GetProperty("code").GetString());
    }
}
