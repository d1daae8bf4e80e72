using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Deploy.Tests.Arm64;

/// <summary>The site edition for arm64: a directory with .NET in it, which serves under an emulator and loses nothing in a kill.</summary>
[Collection(nameof(Arm64Image))]
public sealed class SiteEditionTests(Arm64Image image, SiteEdition edition) : IClassFixture<SiteEdition>, IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Directory_has_programs_for_arm64_and_needs_no_NET()
    {
        Assert.DoesNotContain("warning", edition.Output, StringComparison.OrdinalIgnoreCase);
        foreach (var program in new[] { "edgeorleans", "libcoreclr.so", "libe_sqlite3.so" })
        {
            Assert.Contains("AArch64", await Command.Succeed("aarch64-linux-gnu-readelf", "--file-header", Path.Combine(edition.Files, program)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Value_is_stored_and_read_and_survives_kill_9()
    {
        Assert.SkipUnless(image.Missing is null, image.Missing ?? "");
        await StoredValue.SurvivesKillAndStop(_directory, edition.Setup);
    }
}
