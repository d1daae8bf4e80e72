using System.Globalization;
using System.Text.Json;

namespace EdgeOrleans.Deploy.Tests.Packages;

/// <summary>The Debian package on a system with systemd, from its installation to its purge.</summary>
public sealed class PackageTests(DebianMachine machine) : IClassFixture<DebianMachine>, IAsyncLifetime
{
    private const string Data = "/var/lib/edgeorleans";
    private const string Settings = "/etc/edgeorleans/appsettings.json";
    private const string DropIn = "/run/systemd/system/edgeorleans.service.d/test.conf";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(machine.Missing is null, machine.Missing ?? "");
        await Install("0.1.0");
    }

    public async ValueTask DisposeAsync()
    {
        if (machine.Missing is null)
        {
            await machine.Run("rm", "-f", DropIn);
            await machine.Run("dpkg", "--purge", "edgeorleans");
            await machine.Run("systemctl", "reset-failed");
        }
    }

    [Fact]
    public async Task Installed_service_runs_as_its_own_user_within_its_limits_and_serves()
    {
        Assert.Equal("enabled", await machine.Succeed("systemctl", "is-enabled", "edgeorleans"));
        Assert.Equal(("active", "running", "Serving"), (await machine.Show("ActiveState"), await machine.Show("SubState"), await machine.Show("StatusText")));
        Assert.Equal("268435456 209715200 500ms 10ms 1min", $"{await machine.Show("MemoryMax")} {await machine.Show("MemoryHigh")} {await machine.Show("CPUQuotaPerSecUSec")} {await machine.Show("CPUQuotaPeriodUSec")} {await machine.Show("WatchdogUSec")}");
        var status = await machine.Succeed("cat", $"/proc/{await machine.Show("MainPID")}/status");
        var user = await machine.Succeed("id", "--user", "edgeorleans");
        Assert.Contains($"Uid:\t{user}\t{user}\t{user}\t{user}", status, StringComparison.Ordinal);
        Assert.Contains("CapBnd:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.Equal("700 edgeorleans", await machine.Succeed("stat", "--format", "%a %U", Data));
        Assert.Equal("640 root edgeorleans", await machine.Succeed("stat", "--format", "%a %U %G", Settings));
        await Set("21.50");
        Assert.Equal("21.50", await Get());
        Assert.Contains("200 OK", await machine.Succeed("sh", "-c", "cd /etc/edgeorleans && edgeorleans health"), StringComparison.Ordinal);
        Assert.Contains("Flush ", (await machine.Run("runuser", "-u", "edgeorleans", "--", "edgeorleans", "doctor", $"--Data:Path={Data}")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_restarts_it_with_its_data_and_its_settings()
    {
        await Set("1");
        await machine.Succeed("sh", "-c", $$"""echo '{ "Environment": "kitchen" }' >{{Settings}}""");
        var before = await machine.Show("MainPID");
        await Install("0.2.0");
        Assert.NotEqual(before, await machine.Show("MainPID"));
        Assert.Equal("1", await Get());
        Assert.Contains("\"environment\":\"kitchen\"", await machine.Succeed("curl", "-s", "http://localhost:8080/health"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removal_keeps_the_data_and_purge_deletes_it()
    {
        await Set("1");
        await machine.Succeed("dpkg", "--remove", "edgeorleans");
        Assert.NotEqual(0, (await machine.Run("curl", "-s", "http://localhost:8080/health")).Code);
        await machine.Succeed("test", "-d", $"{Data}/journal");
        await machine.Succeed("test", "-f", Settings);
        await Install("0.1.0");
        Assert.Equal("1", await Get());

        await machine.Succeed("dpkg", "--purge", "edgeorleans");
        Assert.NotEqual(0, (await machine.Run("test", "-e", Data)).Code);
        Assert.NotEqual(0, (await machine.Run("test", "-e", Settings)).Code);
        Assert.NotEqual(0, (await machine.Run("getent", "passwd", "edgeorleans")).Code);
        Assert.NotEqual(0, (await machine.Run("systemctl", "cat", "edgeorleans")).Code);
    }

    [Fact]
    public async Task Upgrade_does_not_enable_what_was_disabled()
    {
        await machine.Succeed("systemctl", "disable", "edgeorleans");
        await Install("0.2.0");
        Assert.Equal("disabled", (await machine.Run("systemctl", "is-enabled", "edgeorleans")).Output.Trim());
    }

    [Fact]
    public async Task Killed_service_is_started_again_and_has_its_data()
    {
        await Set("1");
        var before = await machine.Show("MainPID");
        await machine.Succeed("kill", "-9", before);
        await Until(async () => await machine.Show("MainPID") is var pid && pid != "0" && pid != before && await machine.Show("ActiveState") == "active");
        Assert.Equal("1", await Get());
    }

    [Fact]
    public async Task Frozen_service_is_ended_by_the_watchdog_and_started_again()
    {
        await Override("WatchdogSec=2", "TimeoutAbortSec=1");
        await Set("1");
        var before = await machine.Show("MainPID");
        await machine.Succeed("kill", "-STOP", before);
        await Until(async () => await machine.Show("MainPID") is var pid && pid != "0" && pid != before && await machine.Show("ActiveState") == "active");
        Assert.Equal("1", await Get());
        Assert.Contains("Watchdog timeout", await machine.Succeed("journalctl", "--no-pager", "--unit", "edgeorleans"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watchdog_lets_a_service_live_that_is_merely_idle()
    {
        await Override("WatchdogSec=2");
        var before = await machine.Show("MainPID");
        await Task.Delay(5000, TestContext.Current.CancellationToken);
        Assert.Equal(before, await machine.Show("MainPID"));
    }

    [Fact]
    public async Task Slow_recovery_may_take_longer_than_a_start_that_does_nothing()
    {
        await Set("1");
        await machine.Succeed("systemctl", "kill", "--signal=KILL", "edgeorleans");
        await Override("TimeoutStartSec=2", "Environment=Testing__FlushDelayMs=1200");
        Assert.Equal("active", await machine.Show("ActiveState"));
        var began = long.Parse(await machine.Show("ExecMainStartTimestampMonotonic"), CultureInfo.InvariantCulture);
        var active = long.Parse(await machine.Show("ActiveEnterTimestampMonotonic"), CultureInfo.InvariantCulture);
        Assert.InRange(TimeSpan.FromMicroseconds(active - began).TotalSeconds, 2, 60);
        Assert.Equal("1", await Get());
    }

    [Fact]
    public async Task Wrong_option_is_not_tried_again_and_again()
    {
        await machine.Succeed("sh", "-c", $$"""echo '{ "Limits": { "Namespaces": 0 } }' >{{Settings}}""");
        Assert.NotEqual(0, (await machine.Run("systemctl", "restart", "edgeorleans")).Code);
        Assert.Equal(("failed", "2", "0"), (await machine.Show("ActiveState"), await machine.Show("ExecMainStatus"), await machine.Show("NRestarts")));
        Assert.Contains("Limits:Namespaces is '0'", await machine.Succeed("journalctl", "--no-pager", "--unit", "edgeorleans"), StringComparison.Ordinal);
    }

    private async Task Install(string version)
    {
        var package = await Package.Build(DeviceEdition.DebianArchitecture, DeviceEdition.Path, version);
        File.Copy(package, Path.Combine(machine.Files, Path.GetFileName(package)), overwrite: true);
        await machine.Succeed("dpkg", "--install", "/files/" + Path.GetFileName(package));
    }

    private async Task Override(params string[] lines)
    {
        await machine.Succeed("mkdir", "-p", Path.GetDirectoryName(DropIn)!);
        await machine.Succeed("sh", "-c", $"printf '%s\\n' '[Service]' {string.Join(' ', lines.Select(static line => $"'{line}'"))} >{DropIn}");
        await machine.Succeed("systemctl", "daemon-reload");
        await machine.Succeed("systemctl", "restart", "edgeorleans");
    }

    private async Task Set(string json) => Assert.Contains("\"Successfully\"", await machine.Succeed(
        "curl", "-s", "-d", $"{{\"value\":{json}}}", "http://localhost:8080/api/v1/kv/default/sensors/kitchen"), StringComparison.Ordinal);

    private async Task<string> Get()
    {
        using var answer = JsonDocument.Parse(await machine.Succeed("curl", "-s", "http://localhost:8080/api/v1/kv/default/sensors/kitchen"));
        return answer.RootElement.GetProperty("value").GetRawText();
    }

    private static async Task Until(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            await Task.Delay(100, limit.Token);
        }
    }
}
