using EdgeOrleans.Journal;

namespace EdgeOrleans.Simulation.Disk;

/// <summary>The disk itself: a simulator that forgives proves nothing.</summary>
public sealed class SimulatedDiskTests
{
    private const int Seeds = 400;

    private readonly byte[] _page = Enumerable.Repeat((byte)7, SimulatedFile.PageBytes).ToArray();

    [Fact]
    public void Flushed_write_survives_every_cut()
    {
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var disk = DiskWithFile(seed, out var file);
            file.Write(_page, 0);
            file.FlushData();
            Assert.Equal(_page, AfterCut(disk));
        }
    }

    [Fact]
    public void Unflushed_write_is_kept_dropped_torn_or_noise()
    {
        var fates = new HashSet<string>();
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var disk = DiskWithFile(seed, out var file);
            file.Write(new byte[SimulatedFile.PageBytes], 0);
            file.FlushData();
            file.Write(_page, 0);
            var found = AfterCut(disk)!;
            fates.Add(found.Except([(byte)0, (byte)7]).Any() ? "noise"
                : found.All(b => b == 7) ? "kept"
                : found.All(b => b == 0) ? "dropped"
                : "torn");
        }

        Assert.Equal(["dropped", "kept", "noise", "torn"], fates.Order());
    }

    [Fact]
    public void Name_without_a_directory_flush_may_be_gone_though_its_data_was_flushed()
    {
        var found = 0;
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var disk = new SimulatedDisk(new SeededRandom(seed), new Trace(false));
            var file = disk.Mount().Create("a");
            file.Write(_page, 0);
            file.FlushData();
            found += AfterCut(disk) is null ? 0 : 1;
        }

        Assert.InRange(found, 1, Seeds - 1);
    }

    [Fact]
    public void Names_survive_as_a_prefix()
    {
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var disk = DiskWithFile(seed, out _);
            var mount = disk.Mount();
            mount.Create("b").Dispose();
            mount.Rename("b", "c");
            mount.Remove("a");
            disk.Cut();
            disk.PowerOn();
            var names = string.Join(' ', disk.Mount().List());
            Assert.Contains(names, (string[])["a", "a b", "a c", "c"]);
        }
    }

    [Fact]
    public void Failed_flush_leaves_pages_in_the_cache_and_no_later_flush_saves_them()
    {
        var lost = 0;
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var disk = DiskWithFile(seed, out var file);
            disk.Faults.FlushFailuresPerMille = 1000;
            file.Write(_page, 0);
            Assert.Throws<IOException>(file.FlushData);
            disk.Faults.FlushFailuresPerMille = 0;
            file.FlushData();
            var cached = new byte[SimulatedFile.PageBytes];
            file.Read(cached, 0);
            Assert.Equal(_page, cached);
            lost += _page.AsSpan().SequenceEqual(AfterCut(disk)) ? 0 : 1;
        }

        Assert.InRange(lost, 1, Seeds - 1);
    }

    [Fact]
    public void Process_after_a_kill_sees_the_cache_and_the_one_before_nothing()
    {
        var disk = DiskWithFile(1, out var file);
        file.Write(_page, 0);
        var next = disk.Mount();
        Assert.Throws<ProcessGoneException>(() => file.Write(_page, 0));
        var read = new byte[SimulatedFile.PageBytes];
        next.Open("a").Read(read, 0);
        Assert.Equal(_page, read);
    }

    [Fact]
    public void Operation_at_the_cut_does_not_return()
    {
        var disk = DiskWithFile(1, out var file);
        disk.EndAt = disk.OperationCount + 1;
        Assert.Throws<ProcessGoneException>(() => file.Write(_page, 0));
        Assert.True(disk.IsCut);
        Assert.Throws<ProcessGoneException>(() => file.Read(new byte[1], 0));
    }

    [Fact]
    public void Disk_without_room_refuses_growth_alone()
    {
        var disk = DiskWithFile(1, out var file);
        file.Write(_page, 0);
        disk.Faults.CapacityBytes = SimulatedFile.PageBytes;
        file.Write(_page, 0);
        Assert.Throws<DiskFullException>(() => file.Write(_page, SimulatedFile.PageBytes));
    }

    private static SimulatedDisk DiskWithFile(ulong seed, out IDiskFile file)
    {
        var disk = new SimulatedDisk(new SeededRandom(seed), new Trace(false));
        var mount = disk.Mount();
        file = mount.Create("a");
        mount.FlushNames();
        return disk;
    }

    private static byte[]? AfterCut(SimulatedDisk disk)
    {
        disk.Cut();
        disk.PowerOn();
        var mount = disk.Mount();
        if (!mount.List().Contains("a"))
        {
            return null;
        }

        using var file = mount.Open("a");
        var content = new byte[file.Length];
        file.Read(content, 0);
        return content;
    }
}
