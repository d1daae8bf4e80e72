using EdgeOrleans.Clients.Tests.Package;
using EdgeOrleans.ServiceHarness;

[assembly: AssemblyFixture(typeof(PackedSample))]

namespace EdgeOrleans.Clients.Tests.Package;

/// <summary>The sample, built outside of the repository from nothing but its own files, the package in a folder, and the machine's feeds.</summary>
public sealed class PackedSample : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly ServiceDirectory _directory = new();
    private readonly string _version;
    private readonly string[] _pack;

    /// <summary>The package of this repository, in a version unlike any that this machine may have in its cache already.</summary>
    public PackedSample()
        : this("0.1.0-test", Path.Combine(ServiceBinary.RepositoryRoot, "src", "Abstractions"), "--no-build")
    {
    }

    /// <summary>A package of other sources.</summary>
    internal PackedSample(string version, string project, params string[] options)
    {
        _version = version;
        _pack = ["pack", project, "-c", "Release", .. options];
    }

    /// <summary>The package.</summary>
    public string Package => Path.Combine(_directory.Path, "packages", $"EdgeOrleans.Abstractions.{_version}.nupkg");

    public async ValueTask InitializeAsync()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(ServiceBinary.RepositoryRoot, "samples", "Client")))
        {
            File.Copy(file, Path.Combine(_directory.Path, Path.GetFileName(file)));
        }

        await Dotnet([.. _pack, $"-p:PackageVersion={_version}", "-o", Path.GetDirectoryName(Package)!]);
        await Dotnet("build", "-c", "Release", $"-p:EdgeOrleansVersion={_version}", "-o", "out");
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts the sample.</summary>
    internal ServiceProcess Begin(params string[] arguments) =>
        ServiceProcess.Begin(_directory, new ServiceSetup { Command = ["dotnet", Path.Combine("out", "Client.dll")], Arguments = arguments });

    private async Task Dotnet(params string[] arguments)
    {
        // A cache of its own, filled from the machine's.
        var cached = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var setup = new ServiceSetup { Command = ["dotnet"], Arguments = [.. arguments, "-nodeReuse:false", $"-p:RestoreFallbackFolders={cached}"] }
            .WithVariable("NUGET_PACKAGES", Path.Combine(_directory.Path, "cache"));
        await using var process = ServiceProcess.Begin(_directory, setup);
        using var limit = new CancellationTokenSource(Limit);
        while (!process.HasExited)
        {
            await Task.Delay(100, limit.Token);
        }

        var exit = await process.WaitForExit();
        Assert.True(exit.Code == 0, string.Join('\n', exit.Output));
    }
}
