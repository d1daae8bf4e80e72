using System.Text;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.Tests.Entries;

/// <summary>Alone, because other tests' garbage would be counted too.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(100_000, true)]
    [InlineData(100_000, false)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_000, false)]
    public void Entry_costs_at_most_64_bytes_beside_its_key_and_value_and_is_counted_so(int count, bool ascending)
    {
        var value = new byte[100];
        var order = Enumerable.Range(0, count).ToArray();
        if (!ascending)
        {
            new Random(1).Shuffle(order);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var entries = new CollectionEntries();
        Span<byte> key = stackalloc byte[20];
        for (var i = 0; i < count; i++)
        {
            order[i].TryFormat(key, out var length, "d20");
            entries.Stage(StoredEntry.Create(key[..length], value, i + 1, i + 1, 0), 0);
            entries.Accept(i);
            entries.Settle(i);
        }

        var used = GC.GetTotalMemory(forceFullCollection: true) - before;
        var overhead = (double)(used - entries.Bytes) / count;
        output.WriteLine($"{overhead:f1} bytes an entry, {count} {(ascending ? "ascending" : "random")} keys");
        Assert.True(overhead <= 64, $"{overhead:f1} bytes an entry");
        Assert.InRange(entries.MemoryBytes, used * 0.95, used * 1.1);
        GC.KeepAlive(entries);
    }

    [Fact]
    public void Staging_and_settling_a_write_allocates_the_entry_alone()
    {
        var entries = new CollectionEntries();
        var value = new byte[100];
        for (var i = 1; i <= 1000; i++)
        {
            Write(i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1001; i <= 2000; i++)
        {
            Write(i);
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000.0;
        output.WriteLine($"{bytes} bytes a write");

        // 24 of the array itself, 16 before the key, key and value.
        Assert.Equal(24 + 16 + 4 + 100, bytes);

        void Write(int i)
        {
            entries.TryGetNewest("key0"u8, out var newest, out _);
            entries.Stage(StoredEntry.Create("key0"u8, value, i, i, 0), newest.IsNone ? 0 : newest.Bytes);
            entries.Accept(i);
            entries.Settle(i);
        }
    }

    [Fact]
    public void Looking_at_a_value_allocates_nothing()
    {
        var value = Encoding.UTF8.GetBytes($"{{\"name\":\"sensor-17\",\"unit\":\"C\",\"values\":[21.5,21.75,22.0],\"ok\":true,\"note\":\"{new string('n', 24)}\"}}");
        Assert.Null(JsonText.Fault(value));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            JsonText.Fault(value);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
