using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Doctor;
using Microsoft.Extensions.Configuration;

namespace EdgeOrleans.Silo.Tests.Doctor;

/// <summary>What the doctor makes of machines and cards that no test can have at hand.</summary>
public sealed class DiagnosisTests
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public void Good_card_on_a_good_machine_gives_nothing_to_say() => Assert.Empty(Diagnosis.Of(Good()));

    [Theory]
    [InlineData("ext4", "rw,noatime", false)]
    [InlineData("ext4", "rw,nobarrier", true)]
    [InlineData("ext4", "rw,barrier=0", true)]
    [InlineData("f2fs", "rw,fsync_mode=posix", false)]
    [InlineData("f2fs", "rw,fsync_mode=nobarrier", true)]
    [InlineData("xfs", "rw", false)]
    [InlineData("tmpfs", "rw", true)]
    [InlineData("overlay", "rw,lowerdir=/", true)]
    [InlineData("vfat", "rw", true)]
    [InlineData("exfat", "rw", true)]
    [InlineData("nfs4", "rw", true)]
    [InlineData("ext4", "ro", true)]
    public void File_system_and_its_options_decide(string type, string options, bool isUnfit) =>
        Assert.Equal(isUnfit, IsUnfit(Good() with { Mount = MountedAs(type, options) }));

    [Fact]
    public void Copying_file_system_is_fit_and_told_how_to_write_in_place()
    {
        var finding = Assert.Single(Diagnosis.Of(Good() with { Mount = MountedAs("btrfs", "rw") }));
        Assert.False(finding.IsUnfit);
        Assert.Contains("chattr +C", finding.Text, StringComparison.Ordinal);
        Assert.Empty(Diagnosis.Of(Good() with { Mount = MountedAs("btrfs", "rw,nodatacow") }));
    }

    [Theory]
    [InlineData(80, 0, false, null)]
    [InlineData(20, 60, false, null)]
    [InlineData(79, 0, false, "Journal:MaxBytes=29360128")]
    [InlineData(64, 0, false, "Journal:MaxBytes=25165824")]
    [InlineData(63, 0, true, "Journal:SegmentBytes")]
    public void Room_is_counted_with_the_journal_that_is_there(long freeMiB, long journalMiB, bool isUnfit, string? advice)
    {
        var findings = Diagnosis.Of(Good() with { FreeBytes = freeMiB * MiB, JournalBytes = journalMiB * MiB });
        Assert.Equal(advice is null ? 0 : 1, findings.Count);
        Assert.All(findings, finding => Assert.True(finding.IsUnfit == isUnfit && finding.Text.Contains(advice!, StringComparison.Ordinal), finding.Text));
    }

    [Theory]
    [InlineData(3, 2400, false, null)]
    [InlineData(3, 2600, false, "Writes:TimeoutMs=6000")]
    [InlineData(3, 4600, true, "TIMEOUT")]
    [InlineData(25, 60, false, "WriteBehind:SaveAfterMs=900000")]
    [InlineData(0.01, 1, false, "Cut the power")]
    public void Flush_times_decide(double p50Ms, double longestMs, bool isUnfit, string? advice)
    {
        var times = Enumerable.Repeat(TimeSpan.FromMilliseconds(p50Ms), 100).Append(TimeSpan.FromMilliseconds(longestMs));
        var findings = Diagnosis.Of(Good() with { Card = new CardFigures(new FlushTimes(times), 10 * MiB, 500, 4096) });
        Assert.Equal(advice is null ? 0 : 1, findings.Count);
        Assert.All(findings, finding => Assert.True(finding.IsUnfit == isUnfit && finding.Text.Contains(advice!, StringComparison.Ordinal), finding.Text));
    }

    [Fact]
    public void Option_that_is_set_already_is_not_asked_for()
    {
        var times = new FlushTimes([TimeSpan.FromSeconds(2.6)]);
        var options = Options(("Writes:TimeoutMs", "6000"), ("WriteBehind:SaveAfterMs", "900000"));
        Assert.Empty(Diagnosis.Of(Good() with { Options = options, Card = new CardFigures(times, 10 * MiB, 500, 4096) }));
    }

    [Fact]
    public void Machine_is_judged_by_memory_programs_and_clock()
    {
        var good = Good();
        Assert.True(IsUnfit(good with { Machine = good.Machine with { MemoryBytes = 100 * MiB } }));
        Expect("64-bit system", good with { Machine = good.Machine with { HasOnly32BitPrograms = true } });
        Expect("jiffies", good with { Machine = good.Machine with { ClockSource = "jiffies" } });
        Expect("not synchronised", good with { Machine = good.Machine with { IsClockSynchronised = false } });
        Assert.Empty(Diagnosis.Of(good with { Machine = good.Machine with { HasOnly32BitPrograms = null, ClockSource = null } }));

        static void Expect(string text, Examination examination)
        {
            var finding = Assert.Single(Diagnosis.Of(examination));
            Assert.True(!finding.IsUnfit && finding.Text.Contains(text, StringComparison.Ordinal), finding.Text);
        }
    }

    [Fact]
    public void Percentiles_are_nearest_ranks()
    {
        var times = new FlushTimes(Enumerable.Range(1, 200).Reverse().Select(static ms => TimeSpan.FromMilliseconds(ms)));
        Assert.Equal((100, 198, 200), ((int)times.P50.TotalMilliseconds, (int)times.P99.TotalMilliseconds, (int)times.Longest.TotalMilliseconds));
        Assert.Equal(100.5, times.Mean.TotalMilliseconds);
    }

    [Fact]
    public void Forecast_counts_the_bytes_that_reach_the_device_and_never_less_than_the_journal_writes()
    {
        var times = new FlushTimes([TimeSpan.FromMilliseconds(9)]);
        const long Card = 32_000_000_000;
        var measured = new Forecast(new CardFigures(times, 1, 1, 8192), Card);
        Assert.Equal(10, measured.SetP99.TotalMilliseconds);
        Assert.Equal(8_640_000, measured.LoneWritesPerDay);
        Assert.Equal(Card * 500.0 / 8192 / 1826.25, measured.EnduredWritesPerDay);
        Assert.Equal(2 * measured.EnduredWritesPerDay, new Forecast(new CardFigures(times, 1, 1, 100), Card).EnduredWritesPerDay);
        Assert.Equal(2 * measured.EnduredWritesPerDay, new Forecast(new CardFigures(times, 1, 1, null), Card).EnduredWritesPerDay);
    }

    private static bool IsUnfit(Examination examination) => Diagnosis.Of(examination).Any(static finding => finding.IsUnfit);

    private static Mount MountedAs(string type, string options) => new("/data", "179:2", type, "/dev/mmcblk0p2", options.Split(','));

    private static Examination Good() => new()
    {
        Options = Options(),
        Machine = new Machine
        {
            Architecture = "arm64",
            Cores = 4,
            MemoryBytes = 400 * MiB,
            PageBytes = 4096,
            HasOnly32BitPrograms = false,
            ClockSource = "arch_sys_counter",
            IsClockSynchronised = true,
        },
        Mount = MountedAs("ext4", "rw,noatime"),
        IsRootReadOnly = false,
        IsServiceRunning = false,
        TotalBytes = 30_000 * MiB,
        FreeBytes = 20_000 * MiB,
        JournalBytes = 0,
        Card = new CardFigures(new FlushTimes([TimeSpan.FromMilliseconds(3)]), 10 * MiB, 500, 4096),
    };

    private static ServiceOptions Options(params (string Name, string Value)[] options) =>
        ServiceOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(options.Select(static o => KeyValuePair.Create(o.Name, (string?)o.Value))).Build());
}
