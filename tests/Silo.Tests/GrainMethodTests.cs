using System.Net;
using System.Text;
using System.Text.Json;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests;

/// <summary>
/// Every method of every grain, through the routes that lead to it. In the native edition a serializer that was cut and is needed
/// shows only when that method is called, and then as a call that never returns. <c>Lag</c> needs a site that is away: see Site.Tests.
/// </summary>
public sealed class GrainMethodTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_grain_method_answers()
    {
        // Small enough that saving, a snapshot among it, happens while the test runs.
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().With("WriteBehind:SaveAfterMs", "10"));
        service.Client.Timeout = TimeSpan.FromSeconds(8);
        var rest = new Rest(service.Client);

        // ICollectionGrain.Apply (set, delete, each refusal), Get, List, Info; ICollectionRegistry.Find and Register.
        Assert.Equal(201, await rest.Status("POST", "/api/v1/kv/shop/users/u1", """{"value":{"n":1}}"""));
        Assert.Equal(201, await rest.Status("PUT", "/api/v1/kv/shop/orders/o1", """{"value":2}"""));
        Assert.Equal(200, await rest.Status("DELETE", "/api/v1/kv/shop/users/none"));
        Assert.Equal(400, await rest.Status("POST", "/api/v1/kv/shop/../u1", """{"value":1}"""));
        Assert.Equal(200, await rest.Status("GET", "/api/v1/kv/shop/users/u1"));
        Assert.Equal(404, await rest.Status("GET", "/api/v1/kv/shop/users/u2"));
        Assert.Equal(404, await rest.Status("GET", "/api/v1/kv/never/heard/of"));
        Assert.Equal("[\"u1\"]", await rest.Member("GET", "/api/v1/kv/shop/users", "keys"));
        Assert.Equal("2", await rest.Member("POST", "/api/v1/kv/batch", "success_count", """
            {"operations":[{"namespace":"shop","collection":"users","key":"u3","value":3},{"namespace":"shop","collection":"carts","key":"c1","value":4},{"namespace":"shop","collection":"users","key":""}]}
            """));

        // ICollectionControl.Save, by the write-behind; the journal's content must reach the SQLite file.
        await Saved("u3");

        // ICatalogGrain, and through it ICollectionControl.Fence, Clear, ReadSystem and ApplySystem; ICollectionRegistry.Open ran at the start.
        Assert.Equal("[\"shop\"]", await rest.Member("GET", "/api/v1/namespaces", "namespaces"));
        Assert.Equal("[\"carts\",\"orders\",\"users\"]", await rest.Member("GET", "/api/v1/namespaces/shop/collections", "collections"));
        Assert.Equal("4", await rest.Member("GET", "/api/v1/namespaces/shop/info", "key_count"));
        Assert.Equal(200, await rest.Status("DELETE", "/api/v1/namespaces/shop/collections/carts"));
        Assert.Equal(404, await rest.Status("GET", "/api/v1/kv/shop/carts/c1"));
        Assert.Equal(200, await rest.Status("DELETE", "/api/v1/namespaces/shop"));
        Assert.Equal("[]", await rest.Member("GET", "/api/v1/namespaces", "namespaces"));
        Assert.Equal(201, await rest.Status("POST", "/api/v1/kv/shop/users/u9", """{"value":9}"""));

        var exit = await service.Kill();
        Assert.Empty(exit.Errors);

        // Loading from journal and storage, and the catalog at its opening.
        await using var again = await ServiceProcess.Start(_directory);
        var after = new Rest(again.Client);
        Assert.Equal(200, await after.Status("GET", "/api/v1/kv/shop/users/u9"));
        Assert.Equal(404, await after.Status("GET", "/api/v1/kv/shop/users/u1"));
        Assert.Equal("[\"users\"]", await after.Member("GET", "/api/v1/namespaces/shop/collections", "collections"));
    }

    private async Task Saved(string key)
    {
        for (var i = 0; i < 200; i++)
        {
            // The key is in the payload as text; the file is read as it is, so that the test needs no SQLite.
            foreach (var file in Directory.EnumerateFiles(_directory.DataPath, "*.db*"))
            {
                if (Encoding.Latin1.GetString(await ReadShared(file)).Contains($"\"{key}\"", StringComparison.Ordinal))
                {
                    return;
                }
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail("Nothing was saved within 10 s.");
    }

    private static async Task<byte[]> ReadShared(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private sealed class Rest(HttpClient client)
    {
        public async Task<int> Status(string method, string path, string? body = null)
        {
            using var response = await Send(method, path, body);
            return (int)response.StatusCode;
        }

        public async Task<string> Member(string method, string path, string member, string? body = null)
        {
            using var response = await Send(method, path, body);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return json.RootElement.GetProperty(member).GetRawText();
        }

        private async Task<HttpResponseMessage> Send(string method, string path, string? body)
        {
            // As it stands: a Uri would remove dot segments.
            var target = new Uri(client.BaseAddress!, path);
            using var request = new HttpRequestMessage(new HttpMethod(method), path.Contains("..", StringComparison.Ordinal)
                ? new Uri(client.BaseAddress + path[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })
                : target);
            request.Content = body is null ? null : new StringContent(body);
            return await client.SendAsync(request);
        }
    }
}
