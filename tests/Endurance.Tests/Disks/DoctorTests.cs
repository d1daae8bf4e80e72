using System.Globalization;
using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Disks;

/// <summary>'edgeorleans doctor' on real disks: it says whether they are fit, and nothing of it stays.</summary>
public sealed class DoctorTests : IDisposable
{
    private const int Fit = 0;
    private const int Interrupted = 1;
    private const int InUse = 3;
    private const int Unfit = 7;
    private const long MiB = 1024 * 1024;

    private static readonly TimeSpan AFewSeconds = TimeSpan.FromSeconds(15);

    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Fresh_card_is_measured_called_fit_and_left_as_it_was()
    {
        using var disk = MountedDisk.Ext4(192);
        var before = Everything(disk.Path);
        var (free, exit) = (disk.FreeBytes, await Run(Path.Combine(disk.Path, "not", "there", "yet")));
        Assert.Equal(Fit, exit.Code);
        Assert.InRange(exit.StopTime, TimeSpan.Zero, AFewSeconds);
        var report = string.Join('\n', exit.Output);
        Assert.Matches(@"File system ext4 on /dev/loop\d+, mounted at \S+/disk with \S*relatime", report);
        Assert.Matches(@"Machine     (x86-64|arm64), \d+ cores, \d+ MiB, pages of (4|16|64) KiB", report);
        Assert.Matches(@"Clock       \S+, (not )?synchronised", report);
        Assert.Matches(@"Root        (writable|read-only)", report);
        Assert.Matches(@"Flush       p50 [\d.]+ ms, p99 [\d.]+ ms, longest [\d.]+ ms of \d+ writes", report);
        Assert.Matches(@"Sequential  [\d.]+ MiB/s\nScattered   \d+ writes of 4 KiB per second\nWritten     \d+ bytes to the device", report);
        Assert.Matches(@"SET         p50 about [\d.]+ ms, p99 about [\d.]+ ms for one client\nServes      [\d,]+ durable writes a day", report);
        Assert.Matches(@"Stands      [\d,]+ such writes a day for 5 years", report);
        var written = Assert.Single(exit.Output, static line => line.StartsWith("Written", StringComparison.Ordinal));
        Assert.InRange(int.Parse(written.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture), 4096, 6000);
        Assert.EndsWith(" is fit for this service.", exit.Output[^1], StringComparison.Ordinal);
        Assert.Equal(before, Everything(disk.Path));
        Assert.InRange(free - disk.FreeBytes, -MiB, MiB);
    }

    [Fact]
    public async Task Disk_in_memory_is_not_fit()
    {
        using var disk = MountedDisk.InMemory(128);
        var exit = await Run(disk.Path);
        Assert.Equal(Unfit, exit.Code);
        Assert.Contains("Unfit       tmpfs is memory", string.Join('\n', exit.Output), StringComparison.Ordinal);
        Assert.Empty(Everything(disk.Path));
    }

    [Fact]
    public async Task Full_disk_is_not_fit_and_its_last_room_is_not_taken()
    {
        using var disk = MountedDisk.Ext4(64);
        disk.Fill(20 * MiB);
        var before = Everything(disk.Path);
        var exit = await Run(disk.Path);
        Assert.Equal(Unfit, exit.Code);
        Assert.Contains("Nothing was measured: that takes 32 MiB", string.Join('\n', exit.Output), StringComparison.Ordinal);
        Assert.Equal(before, Everything(disk.Path));
    }

    [Fact]
    public async Task Small_disk_is_told_how_long_a_journal_fits()
    {
        using var disk = MountedDisk.Ext4(96);
        var exit = await Run(disk.Path);
        Assert.Equal(Fit, exit.Code);
        var advice = Assert.Single(exit.Output, static line => line.Contains("set Journal:MaxBytes=", StringComparison.Ordinal));
        var bytes = advice[(advice.IndexOf('=', StringComparison.Ordinal) + 1)..].TrimEnd('.');
        Assert.DoesNotContain("Only", string.Join('\n', (await Run(disk.Path, ("Journal:MaxBytes", bytes))).Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_only_disk_is_not_fit()
    {
        using var disk = MountedDisk.Ext4(64);
        disk.MakeReadOnly();
        var exit = await Run(Path.Combine(disk.Path, "data"));
        Assert.Equal(Unfit, exit.Code);
        Assert.Contains("is mounted read-only", string.Join('\n', exit.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_that_cannot_be_made_is_not_fit()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "file"), "", TestContext.Current.CancellationToken);
        var exit = await Run(Path.Combine(_directory.Path, "file", "data"));
        Assert.Equal(Unfit, exit.Code);
        Assert.Contains("which cannot be used", string.Join('\n', exit.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_card_shows_in_the_figures_and_in_what_to_set()
    {
        var exit = await Run(_directory.DataPath, ("Testing:FlushDelayMs", "50"));
        var report = string.Join('\n', exit.Output);
        Assert.Matches(@"Flush       p50 (5|6|7|8|9)\d ms", report);
        Assert.Contains("set WriteBehind:SaveAfterMs=900000", report, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory.DataPath));
    }

    [Fact]
    public async Task Service_that_runs_there_goes_on_and_is_mentioned()
    {
        await using var service = await ServiceProcess.Start(_directory);
        Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "before", "1"));
        await using var doctor = ServiceProcess.Begin(_directory, Setup(_directory.DataPath));
        var exit = doctor.WaitForExit();
        for (var i = 0; !exit.IsCompleted; i++)
        {
            Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "during", $"{i}"));
        }

        Assert.Contains((await exit).Output, static line => line.StartsWith("Service     running on this directory", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(_directory.DataPath, "doctor")));
        Assert.Equal("1", await service.Client.Get("c", "before"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signal_ends_it_early_and_nothing_stays(bool isInterrupt)
    {
        await using var doctor = ServiceProcess.Begin(_directory, Setup(_directory.DataPath));
        await Measuring();
        var exit = await (isInterrupt ? doctor.Interrupt() : doctor.Stop());
        Assert.Equal(Interrupted, exit.Code);
        Assert.Contains("nothing is left behind", Assert.Single(exit.Errors), StringComparison.Ordinal);
        Assert.InRange(exit.StopTime, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Empty(Everything(_directory.Path));
    }

    [Fact]
    public async Task What_a_killed_one_left_goes_with_the_next()
    {
        await using (var doctor = ServiceProcess.Begin(_directory, Setup(_directory.DataPath)))
        {
            await Measuring();
            await doctor.Kill();
        }

        Assert.NotEmpty(Everything(_directory.DataPath));
        await Run(_directory.DataPath);
        Assert.Empty(Everything(_directory.DataPath));
    }

    [Fact]
    public async Task Second_one_at_the_same_time_ends_with_3()
    {
        await using var first = ServiceProcess.Begin(_directory, Setup(_directory.DataPath));
        await Measuring();
        var second = await Run(_directory.DataPath);
        Assert.Equal(InUse, second.Code);
        Assert.Contains("is being examined by another process", Assert.Single(second.Errors), StringComparison.Ordinal);
        Assert.NotEqual(InUse, (await first.WaitForExit()).Code);
        Assert.Empty(Everything(_directory.Path));
    }

    private static string[] Everything(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path, "*", new EnumerationOptions { RecurseSubdirectories = true }).Order(StringComparer.Ordinal)];

    private static ServiceSetup Setup(string dataPath, params (string Option, string Value)[] options) =>
        options.Aggregate(new ServiceSetup { Arguments = ["doctor"] }.With("Data:Path", dataPath), static (setup, option) => setup.With(option.Option, option.Value));

    private Task<ServiceExit> Run(string dataPath, params (string Option, string Value)[] options) =>
        ServiceProcess.RunToExit(_directory, Setup(dataPath, options));

    private async Task Measuring()
    {
        var probe = Path.Combine(_directory.DataPath, "doctor", "probe");
        for (var i = 0; i < 1000 && !File.Exists(probe); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True(File.Exists(probe));
    }
}
