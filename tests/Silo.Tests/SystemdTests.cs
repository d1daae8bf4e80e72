using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests;

/// <summary>What a service tells systemd, and that it is true.</summary>
public sealed class SystemdTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ServiceDirectory _directory = new();
    private readonly NotifyListener _systemd;

    public SystemdTests() => _systemd = new NotifyListener(Path.Combine(_directory.Path, "notify"));

    public void Dispose()
    {
        _systemd.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Ready_is_told_once_when_it_serves_and_stopping_when_it_was_asked_to()
    {
        await using var service = await ServiceProcess.Start(_directory, Notifying());
        await _systemd.Expect("READY=1", 1, Soon);
        Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "k", "1"));
        Assert.Equal(0, _systemd.Count("STOPPING=1"));
        Assert.Equal(0, (await service.Stop()).Code);
        await _systemd.Expect("STOPPING=1", 1, Soon);
        Assert.Equal((1, 1, 0), (_systemd.Count("READY=1"), _systemd.Count("STOPPING=1"), _systemd.Count("WATCHDOG")));
    }

    [Fact]
    public async Task Abstract_socket_is_understood()
    {
        using var systemd = new NotifyListener("@edgeorleans-" + Guid.NewGuid().ToString("N"));
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().WithVariable("NOTIFY_SOCKET", systemd.Name));
        await systemd.Expect("READY=1", 1, Soon);
    }

    [Fact]
    public async Task Socket_that_is_gone_or_none_at_all_does_not_hold_up_the_service()
    {
        foreach (var name in new[] { "/nobody/listens/here", "nonsense" })
        {
            await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().WithVariable("NOTIFY_SOCKET", name));
            Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "k", "1"));
            Assert.Equal(0, (await service.Stop()).Code);
        }
    }

    [Fact]
    public async Task Watchdog_is_fed_more_often_than_it_must_be()
    {
        await using var service = await ServiceProcess.Start(_directory, Watched(milliseconds: 2000));
        await _systemd.Expect("WATCHDOG=1", 6, Soon);
        var times = _systemd.Lines.Where(static line => line.Line == "WATCHDOG=1").Select(static line => line.At).ToArray();
        Assert.All(times.Zip(times.Skip(1)), static pair => Assert.True(pair.Second - pair.First < TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task Watchdog_of_another_process_is_not_fed()
    {
        await using var service = await ServiceProcess.Start(_directory, Watched(milliseconds: 1000).WithVariable("WATCHDOG_PID", "1"));
        await _systemd.Expect("READY=1", 1, Soon);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.Equal(0, _systemd.Count("WATCHDOG"));
    }

    [Fact]
    public async Task Flush_that_hangs_is_no_reason_to_restart_because_reads_go_on()
    {
        // Small segments, since filling them with zeros flushes too; the first write registers its collection besides.
        var slow = Watched(milliseconds: 400)
            .With("Testing:FlushDelayMs", "1000").With("Limits:ValueBytes", "1024").With("Journal:SegmentBytes", "163840").With("Writes:TimeoutMs", "9000");
        await using var service = await ServiceProcess.Start(_directory, slow);
        Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "k", "1", TestContext.Current.CancellationToken));
        var hanging = service.Client.Set("c", "k", "2", TestContext.Current.CancellationToken);
        var before = _systemd.Count("WATCHDOG");
        await Task.Delay(800, TestContext.Current.CancellationToken);
        Assert.False(hanging.IsCompleted);
        Assert.InRange(_systemd.Count("WATCHDOG") - before, 3, int.MaxValue);
        Assert.Equal("1", await service.Client.Get("c", "k"));
        await service.Kill();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => hanging);
    }

    [Fact]
    public async Task Slow_recovery_asks_for_more_time_and_is_ready_after_it()
    {
        await using (var service = await ServiceProcess.Start(_directory))
        {
            Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "k", "1"));
            await service.Kill();
        }

        await using var slow = await ServiceProcess.Start(_directory, Notifying().With("Testing:FlushDelayMs", "1200"));
        await _systemd.Expect("READY=1", 1, Soon);
        var lines = _systemd.Lines.Select(static line => line.Line).ToList();
        Assert.Contains("EXTEND_TIMEOUT_USEC=60000000", lines);
        Assert.True(lines.LastIndexOf("EXTEND_TIMEOUT_USEC=60000000") < lines.IndexOf("READY=1"), string.Join('\n', lines));
        Assert.Equal("1", await slow.Client.Get("c", "k"));
    }

    private ServiceSetup Notifying() => new ServiceSetup().WithVariable("NOTIFY_SOCKET", _systemd.Name);

    private ServiceSetup Watched(int milliseconds) => Notifying().WithVariable("WATCHDOG_USEC", $"{milliseconds}000");
}
