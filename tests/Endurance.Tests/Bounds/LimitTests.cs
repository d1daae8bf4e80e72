using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Bounds;

/// <summary>How many and how much, at the bound and one past it, and still so after a kill.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Collections_and_namespaces_beyond_their_limits_are_refused_also_after_a_kill()
    {
        (string, string)[] options = [("Limits:Collections", "3"), ("Limits:Namespaces", "2")];
        using var directory = new ServiceDirectory();
        await using (var service = await Running.Start(directory, options))
        {
            Assert.Equal(201, (await service.Client.Set(new Place("a", "one", "k"), "1")).Status);
            Assert.Equal(201, (await service.Client.Set(new Place("b", "one", "k"), "1")).Status);
            await ExpectLimit(service.Client, new Place("c", "one", "k"), "Limits:Namespaces");
            Assert.Equal(201, (await service.Client.Set(new Place("a", "two", "k"), "1")).Status);
            await ExpectLimit(service.Client, new Place("a", "three", "k"), "Limits:Collections");
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory, options);
        await ExpectLimit(again.Client, new Place("a", "three", "k"), "Limits:Collections");
        await ExpectLimit(again.Client, new Place("c", "one", "k"), "Limits:");
        Assert.Equal(201, (await again.Client.Set(new Place("a", "two", "k2"), "1")).Status);
        Assert.Equal(["a", "b"], (await again.Client.Namespaces()).Strings("namespaces"));

        // Reading, and deleting what is not there, create nothing.
        Assert.Equal(404, (await again.Client.Get(new Place("d", "x", "k"))).Status);
        Assert.Equal(200, (await again.Client.Delete(new Place("d", "x", "k"))).Status);
        Assert.Equal(["a", "b"], (await again.Client.Namespaces()).Strings("namespaces"));

        // A delete makes room for another.
        Assert.Equal(200, (await again.Client.DeleteNamespace("b")).Status);
        Assert.Equal(201, (await again.Client.Set(new Place("c", "one", "k"), "1")).Status);
        await ExpectLimit(again.Client, new Place("c", "two", "k"), "Limits:Collections");
    }

    [Fact]
    public async Task Collection_beyond_its_bytes_is_refused_and_takes_what_makes_it_smaller()
    {
        const int Limit = 65_536;
        (string, string)[] options = [("Limits:CollectionBytes", $"{Limit}"), ("Limits:ValueBytes", "32768")];
        using var directory = new ServiceDirectory();
        var (first, second) = (new Place("a", "full", "k1"), new Place("a", "full", "k2"));
        await using (var service = await Running.Start(directory, options))
        {
            Assert.Equal(201, (await service.Client.Set(first, Text(32_766))).Status);
            Assert.Equal(201, (await service.Client.Set(second, Text(Limit - 4 - 32_766))).Status);
            Assert.Equal(Limit, (await service.Client.Info("a")).Number("size"));
            var refused = await service.Client.Set(new Place("a", "full", "k3"), "1");
            Assert.Equal((413, "COLLECTION_FULL"), (refused.Status, refused.Code));
            Assert.Contains("Limits:CollectionBytes", refused.Body, StringComparison.Ordinal);
            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory, options);
        Assert.Equal("COLLECTION_FULL", (await again.Client.Set(second, Text(32_767))).Code);
        Assert.Equal(201, (await again.Client.Set(second, "2")).Status);
        Assert.Equal(201, (await again.Client.Set(new Place("a", "full", "k3"), "1")).Status);

        static string Text(int bytes) => $"\"{new string('t', bytes - 2)}\"";
    }

    private static async Task ExpectLimit(KvClient client, Place place, string option)
    {
        var refused = await client.Set(place, "1");
        Assert.Equal((507, "LIMIT_REACHED"), (refused.Status, refused.Code));
        Assert.Contains(option, refused.Body, StringComparison.Ordinal);
        var inBatch = await client.SetBatch([(place, "1")]);
        Assert.Contains("LIMIT_REACHED", inBatch.Body, StringComparison.Ordinal);
        Assert.Equal(1, inBatch.Number("failure_count"));
    }
}
