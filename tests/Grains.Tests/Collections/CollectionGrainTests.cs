using EdgeOrleans.Grains.Tests.Hosting;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Collections;

public sealed class CollectionGrainTests : IAsyncLifetime
{
    private readonly TestDevice _device = new();
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Value_set_is_read_back_byte_for_byte()
    {
        var users = _silo.Collection("app/users");
        string[] values = ["1", "1.0", "-0", "1e400", "12345678901234567890", "null", "\"\"", "{\"b\":1,\"a\":[\"\\u00e9\",\"é\"]}", " [1, 2] "];
        foreach (var value in values)
        {
            await users.Put("k", value);
            Assert.Equal(value, await users.Read("k"));
        }

        Assert.Null(await users.Get("other"));
    }

    [Fact]
    public async Task Value_survives_a_restart_and_a_kill()
    {
        var version = await _silo.Collection("app/users").Put("k", "1");
        await _silo.DisposeAsync();
        _silo = await TestSilo.Start(_device);
        Assert.Equal("1", await _silo.Collection("app/users").Read("k"));

        var next = await _silo.Collection("app/users").Put("k", "2");
        Assert.True(next > version);
        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        var entry = await _silo.Collection("app/users").Get("k");
        Assert.Equal(next, entry!.Version);
        Assert.Equal(["app"], await _silo.Catalog.ListNamespaces());
    }
}
