using EdgeOrleans.Journal;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>What the scheduler does for one save, and how much of it one checkpoint serves, counted.</summary>
public sealed class SaveCostTests
{
    private const int FrameBytes = 4096;

    private static readonly TimeSpan SaveAfter = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Save_costs_the_same_among_many_collections_as_among_few(bool isUnderPressure) => OneThread.Run(async thread =>
    {
        var few = await SaveAll(thread, 200, isUnderPressure);
        var many = await SaveAll(thread, 2000, isUnderPressure);
        Assert.InRange(many.BytesEach / few.BytesEach, 0.5, 1.5);

        // 64 but for the last, and those whose saves return while a checkpoint is under way.
        Assert.InRange(many.SavesOfCheckpoint, 32, 96);
    });

    /// <summary>Has collections of one entry each saved.</summary>
    /// <returns>Bytes that the scheduler allocated for each save, and how many saves a checkpoint served.</returns>
    private static async Task<(double BytesEach, double SavesOfCheckpoint)> SaveAll(OneThread thread, int collections, bool isUnderPressure)
    {
        var options = new JournalOptions
        {
            SegmentBytes = 64 * 1024,
            MaxBytes = collections * (long)FrameBytes * (isUnderPressure ? 3 : 6) / 2,
            MaxRecordBytes = 8 * 1024,
            ReserveBytes = 0,
        };
        var rows = new FaultyRows(new MemoryRows());
        using var device = new Device(thread, [rows], [SaveAfter], journalOptions: options);
        device.Run();
        rows.Delay = async _ => await Task.Yield();
        for (var i = 0; i < collections; i++)
        {
            device.Models.Add($"many/{i}", new ModelCollection());
            Assert.True(device.TryChange($"many/{i}", model => model.Set("k", "1")));
        }

        Assert.Equal(isUnderPressure, device.Journal.Pressure.HeldBytes >= options.MaxBytes / 2);
        if (!isUnderPressure)
        {
            device.Time.Advance(SaveAfter);
        }

        var allocated = 0L;
        while (thread.Drain() | RunOnce() | device.Journal.RunOnce())
        {
        }

        device.AssertSound();
        var saves = rows.Calls.Count(call => call.StartsWith("write", StringComparison.Ordinal));
        Assert.InRange(saves, collections / 4, collections);
        return ((double)allocated / saves, (double)saves / rows.Calls.Count(call => call == "durable"));

        bool RunOnce()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var hasProgress = device.Scheduler.RunOnce();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            return hasProgress;
        }
    }
}
