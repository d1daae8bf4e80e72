using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Deploy.Tests.Arm64;

/// <summary>The site edition for arm64, published as README says, from the image's copy of the sources: the repository's own may be being published.</summary>
public sealed class SiteEdition(Arm64Image image) : IAsyncLifetime
{
    /// <summary>The published directory.</summary>
    public string Files => Path.Combine(image.BuildDirectory, "artifacts", "site-arm64");

    /// <summary>What the publish printed.</summary>
    public string Output { get; private set; } = "";

    /// <summary>How it is started under the emulator.</summary>
    public ServiceSetup Setup => new ServiceSetup
    {
        Command = image.Emulate("libraries-dotnet", Path.Combine(Files, "edgeorleans")),

        // Ten seconds on a server: the emulator translates the framework and the compiler that .NET has with it.
        StartLimit = TimeSpan.FromMinutes(2),
    }

        // .NET writes code through one mapping and runs it through another; the emulator does not see that the second has changed.
        .WithVariable("DOTNET_EnableWriteXorExecute", "0");

    public async ValueTask InitializeAsync()
    {
        var publish = await Command.RunIn(
            image.BuildDirectory, "dotnet", "publish", "src/Silo", "-c", "Release", "-r", "linux-arm64", "-p:PublishProfile=site", "-o", Files);
        Assert.True(publish.Code == 0, publish.Output);
        Output = publish.Output;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
