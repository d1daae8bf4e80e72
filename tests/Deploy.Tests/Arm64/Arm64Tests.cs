using EdgeOrleans.Deploy.Tests.Packages;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Deploy.Tests.Arm64;

/// <summary>The device edition for arm64, on this machine under an emulator: it serves, and a kill loses nothing that was acknowledged.</summary>
[Collection(nameof(Arm64Image))]
public sealed class Arm64Tests : IDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly Arm64Image _image;
    private readonly ServiceSetup _setup;

    public Arm64Tests(Arm64Image image)
    {
        Assert.SkipUnless(image.Missing is null, image.Missing ?? "");
        _image = image;
        _setup = new ServiceSetup { Command = image.Run };
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Value_is_stored_and_read_and_survives_kill_9() => await StoredValue.SurvivesKillAndStop(_directory, _setup);

    [Fact]
    public async Task HTTPS_finds_its_OpenSSL()
    {
        await Command.Succeed("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=device",
            "-keyout", Path.Combine(_directory.Path, "key.pem"), "-out", Path.Combine(_directory.Path, "certificate.pem"));
        var setup = (_setup with { LeavesListenOut = true })
            .With("Kestrel:Endpoints:Secure:Url", $"https://127.0.0.1:{FreePort.Find()}")
            .With("Kestrel:Endpoints:Secure:Certificate:Path", "certificate.pem")
            .With("Kestrel:Endpoints:Secure:Certificate:KeyPath", "key.pem");
        await using var service = await ServiceProcess.Start(_directory, setup);
        var health = await ServiceProcess.RunToExit(_directory, setup with { Arguments = ["health"] });
        Assert.True(health.Code == 0, string.Join('\n', health.Errors));
    }

    [Fact]
    public void Binary_is_smaller_than_20_MB() => Assert.InRange(new FileInfo(_image.Binary).Length, 1_000_000, 20_000_000 - 1);

    [Fact]
    public async Task Package_for_a_Pi_needs_only_what_the_binary_does()
    {
        var package = await Package.Build("arm64", _image.Binary, "0.1.0");
        Assert.Equal("arm64", (await Command.Succeed("dpkg-deb", "--field", package, "Architecture")).Trim());
        var needed = (await Command.Succeed("aarch64-linux-gnu-readelf", "--dynamic", _image.Binary)).Split('\n')
            .Where(static line => line.Contains("(NEEDED)", StringComparison.Ordinal)).Select(static line => line.Split('[', ']')[1]);
        Assert.All(needed, static library => Assert.Contains(library, new[] { "libc.so.6", "libm.so.6", "ld-linux-aarch64.so.1" }));
        var glibc = (await Command.Succeed("aarch64-linux-gnu-readelf", "--version-info", _image.Binary)).Split(['\n', ' '])
            // Packed relocations, which glibc reads from this version on.
            .Select(static word => word == "GLIBC_ABI_DT_RELR" ? "GLIBC_2.36" : word)
            .Where(static word => word.StartsWith("GLIBC_2.", StringComparison.Ordinal)).Select(static word => int.Parse(word["GLIBC_2.".Length..].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture)).Max();
        Assert.Contains($"libc6 (>= 2.{glibc})", await Command.Succeed("dpkg-deb", "--field", package, "Depends"), StringComparison.Ordinal);
    }
}
