namespace EdgeOrleans.Deploy.Tests.Packages;

/// <summary>What systemd says of the unit and dpkg of the package, without running them.</summary>
public sealed class UnitTests : IDisposable
{
    private const string Unit = "deploy/edgeorleans.service";
    private const string MemberUnit = "deploy/edgeorleans-member.service";

    // Of 10, for no protection at all; below 2 is what systemd calls OK.
    private const int MostExposure = 20;

    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-package-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Service_may_ask_whether_the_clock_is_right()
    {
        // A later line takes away what an earlier one gave: @privileged holds @clock.
        var filters = File.ReadAllLines(Path.Combine(Command.Repository, Unit)).Where(static line => line.StartsWith("SystemCallFilter=", StringComparison.Ordinal)).ToArray();
        Assert.Equal("SystemCallFilter=clock_adjtime", filters[^1]);
    }

    [Theory]
    [InlineData(Unit, "/usr/bin/edgeorleans")]
    [InlineData(MemberUnit, "/opt/edgeorleans/edgeorleans")]
    public async Task Unit_has_no_fault_that_systemd_knows(string file, string binary)
    {
        SkipWithout("systemd-analyze");

        // As installed but for the binary's place, which must be there.
        var unit = Path.Combine(_directory, "edgeorleans.service");
        var text = await File.ReadAllTextAsync(Path.Combine(Command.Repository, file), TestContext.Current.CancellationToken);
        Assert.Contains($"ExecStart={binary}\n", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(unit, text.Replace($"={binary}\n", $"={DeviceEdition.Path}\n", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Equal("", await Command.Succeed("systemd-analyze", "verify", "--man=no", unit));
    }

    [Theory]
    [InlineData(Unit)]
    [InlineData(MemberUnit)]
    public async Task Unit_exposes_little_of_the_system(string file)
    {
        SkipWithout("systemd-analyze");
        var judged = await Command.Run("systemd-analyze", "security", "--offline=yes", $"--threshold={MostExposure}", file);
        Assert.True(judged.Code == 0, judged.Output);
    }

    [Fact]
    public async Task Package_holds_the_binary_the_unit_and_the_settings_of_root()
    {
        SkipWithout("dpkg-deb");
        var package = await Package.Build(DeviceEdition.DebianArchitecture, DeviceEdition.Path, "0.1.0");
        Assert.Equal($"edgeorleans_0.1.0_{DeviceEdition.DebianArchitecture}.deb", Path.GetFileName(package));
        var files = (await Command.Succeed("dpkg-deb", "--contents", package)).Split('\n').Where(static line => line.StartsWith('-'))
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(static fields => $"{fields[0]} {fields[1]} {fields[^1]}");
        Assert.Equal(
            [
                "-rw-r--r-- root/root ./etc/edgeorleans/appsettings.json",
                "-rw-r--r-- root/root ./usr/lib/systemd/system/edgeorleans.service",
                "-rw-r--r-- root/root ./usr/share/doc/edgeorleans/install.md",
                "-rwxr-xr-x root/root ./usr/bin/edgeorleans",
            ],
            files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Package_for_another_machine_than_the_binarys_is_not_built()
    {
        SkipWithout("dpkg-deb");
        var other = DeviceEdition.DebianArchitecture == "arm64" ? "amd64" : "arm64";
        var built = await Command.Run("bash", "deploy/build-deb.sh", other, DeviceEdition.Path, _directory);
        Assert.Equal(2, built.Code);
        Assert.Contains($"is no program for {other}", built.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_directory));
    }

    private static void SkipWithout(string program) =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(path => File.Exists(Path.Combine(path, program))), $"there is no {program} here");
}
