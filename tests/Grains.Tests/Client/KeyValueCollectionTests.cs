using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeOrleans.Grains.Tests.Hosting;

namespace EdgeOrleans.Grains.Tests.Client;

public sealed partial class KeyValueCollectionTests : IAsyncLifetime
{
    private readonly TestDevice _device = new();
    private TestSilo _silo = null!;
    private KeyValueCollection<Reading> _readings = null!;

    public async ValueTask InitializeAsync()
    {
        _silo = await TestSilo.Start(_device);
        _readings = _silo.Client.GetKeyValueCollection("", "readings", Json.Default.Reading);
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Value_comes_back_as_it_was_set()
    {
        Assert.Null(await _readings.Get("t1"));
        var version = await _readings.Set("t1", new Reading("°C", 21.5));
        var read = await _readings.Get("t1");
        Assert.Equal(new Reading("°C", 21.5), read!.Value);
        Assert.Equal(version, read.Version);
        Assert.Equal(["readings"], await _silo.Catalog.ListCollections(NameRules.DefaultNamespace));
    }

    [Fact]
    public async Task Condition_that_is_not_met_is_an_answer()
    {
        Assert.Null(await _readings.SetIf("t1", new Reading("a", 1), KeyCondition.Exists));
        var first = await _readings.SetIf("t1", new Reading("a", 1), KeyCondition.Absent);
        Assert.NotNull(first);
        Assert.Null(await _readings.SetIf("t1", new Reading("a", 2), KeyCondition.Absent));
        var second = await _readings.SetIf("t1", new Reading("a", 2), KeyCondition.Version(first.Value));
        Assert.True(second > first);
        Assert.False(await _readings.DeleteIf("t1", KeyCondition.Version(first.Value)));
        Assert.True(await _readings.DeleteIf("t1", KeyCondition.Version(second!.Value)));
        Assert.False(await _readings.Delete("t1"));
    }

    [Fact]
    public async Task Any_other_refusal_is_thrown_with_its_code()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _readings.Set("", new Reading("a", 1)));
        Assert.Equal(RefusalCode.InvalidParams, refused.Refusal.Code);
        refused = await Assert.ThrowsAsync<RefusedException>(() => _readings.Get("\n"));
        Assert.Equal(RefusalCode.InvalidParams, refused.Refusal.Code);
        var invalid = _silo.Client.GetKeyValueCollection("a/b", "c", Json.Default.Reading);
        await Assert.ThrowsAsync<RefusedException>(() => invalid.Delete("k"));
        await Assert.ThrowsAsync<RefusedException>(invalid.Info);
    }

    [Fact]
    public async Task Value_of_another_type_is_a_fault_of_json()
    {
        await _silo.Collection("default/readings").Put("t1", "[1]");
        await Assert.ThrowsAsync<JsonException>(() => _readings.Get("t1"));
        await _silo.Collection("default/readings").Put("t1", "null");
        Assert.Null((await _readings.Get("t1"))!.Value);
    }

    [Fact]
    public async Task Batch_is_applied_in_order_and_atomic_on_request()
    {
        var batch = _readings.NewBatch().Set("a", new Reading("a", 1)).Delete("a").Set("b", new Reading("b", 1)).Set("", new Reading("c", 1));
        Assert.Equal(4, batch.Count);
        var results = await _readings.Apply(batch);
        Assert.Equal([null, null, null, RefusalCode.InvalidParams], results.Select(r => r.Refusal?.Code));

        results = await _readings.Apply(
            _readings.NewBatch(isAtomic: true).Set("c", new Reading("c", 1)).Delete("b", KeyCondition.Version(1)));
        Assert.Equal([RefusalCode.BatchRefused, RefusalCode.PreconditionFailed], results.Select(r => r.Refusal?.Code));
        Assert.Equal(1, (await _readings.Info()).KeyCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    [InlineData(1000)]
    public async Task Listing_goes_through_all_pages(int pageSize)
    {
        var batch = _readings.NewBatch();
        for (var i = 0; i < 50; i++)
        {
            batch.Set(i % 2 == 0 ? $"even{i:d2}" : $"odd{i:d2}", new Reading("a", i));
        }

        await _readings.Apply(batch);
        var keys = new List<string>();
        await foreach (var key in _readings.List("even", pageSize))
        {
            keys.Add(key);
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"even{i * 2:d2}"), keys);
    }

    internal sealed record Reading(string Unit, double Value);

    [JsonSerializable(typeof(Reading))]
    internal sealed partial class Json : JsonSerializerContext;
}
