using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Saving;

/// <summary>A storage that takes its time for each row.</summary>
public sealed class SlowStorageTests : IAsyncLifetime
{
    private const int SegmentBytes = 256 * 1024;

    private readonly TestDevice _device = new()
    {
        SavesByItself = true,
        Limits = new LimitsOptions { ValueBytes = 16 * 1024 },
        Journal = new JournalOptions
        {
            SegmentBytes = SegmentBytes,
            MaxBytes = 8 * SegmentBytes,
            MaxRecordBytes = 80 * 1024,
            MaxPendingBytes = SegmentBytes,
            ReserveBytes = 0,
        },
    };

    private TestSilo _silo = null!;

    public SlowStorageTests() =>
        _device.Targets = () => [new WriteBehindTarget("slow", _device.Rows, isPrimary: true, TimeSpan.FromMilliseconds(20))];

    public async ValueTask InitializeAsync()
    {
        _device.Rows.Latency = TimeSpan.FromMilliseconds(100);
        _silo = await TestSilo.Start(_device);
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Clients_notice_nothing_until_the_journal_is_full_and_all_is_saved_in_the_end()
    {
        var collection = _silo.Collection("app/users");
        var written = 0;
        RefusalCode? refusal = null;
        for (; refusal is null; written++)
        {
            Assert.InRange(written, 0, 10_000);
            refusal = (await collection.Do(Set($"k{written % 50}", Value(written)))).Refusal?.Code;
            if (written > 0)
            {
                Assert.Equal(Value(written - 1), await collection.Read($"k{(written - 1) % 50}"));
            }
        }

        // Nothing was refused before all segments were in use, and then for this reason alone.
        Assert.Equal(RefusalCode.BacklogFull, refusal);
        Assert.True(written * 8_000 > 4 * SegmentBytes, $"{written} writes of 8,000 bytes");
        while ((await collection.Do(Set("last", "1"))).Refusal is { } later)
        {
            Assert.Equal(RefusalCode.BacklogFull, later.Code);
            await Task.Delay(20);
        }

        while (_silo.Journal.Pressure.LiveBytes > 0)
        {
            await Task.Delay(20);
        }

        Assert.InRange(_silo.Journal.Pressure.HeldBytes, 0, 2 * SegmentBytes);
        Assert.Equal("1", await collection.Read("last"));
    }

    private static string Value(int number) => $"\"{number:d6}{new string('v', 8_000)}\"";
}
