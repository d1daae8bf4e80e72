using EdgeOrleans.Deploy.Tests.Image;

namespace EdgeOrleans.Deploy.Tests.Arm64;

/// <summary>
/// What Dockerfile.arm64 makes, made without Docker: its build stage's commands run as they stand on a copy of what it copies, and
/// the files of its last stage lie over the libraries of the last stage's base.
/// </summary>
[CollectionDefinition(nameof(Arm64Image))]
public sealed class Arm64Image : IAsyncLifetime, ICollectionFixture<Arm64Image>
{
    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-image-").FullName;

    /// <summary>The file.</summary>
    internal Dockerfile File { get; } = Dockerfile.Read(Path.Combine(Command.Repository, "Dockerfile.arm64"));

    /// <summary>The directory that the build stage works in.</summary>
    public string BuildDirectory => Path.Combine(_directory, "build");

    /// <summary>The root of the last stage's file system.</summary>
    public string Root => Path.Combine(_directory, "root");

    /// <summary>The published device edition for arm64.</summary>
    public string Binary => Path.Combine(BuildDirectory, "artifacts", "device-arm64", "edgeorleans");

    /// <summary>The emulator, with the libraries that <see cref="Root"/> has too.</summary>
    public string Emulation { get; } = Path.Combine(Command.Repository, "artifacts", "arm64-emulation");

    /// <summary>Why arm64 programs cannot run here, for tests to be skipped with.</summary>
    public string? Missing { get; private set; }

    /// <summary>The command that runs the binary.</summary>
    public string[] Run => Emulate("libraries", Binary);

    /// <summary>The command that runs an arm64 program with some of the libraries.</summary>
    public string[] Emulate(string libraries, string program) =>
        [Path.Combine(Emulation, "qemu-aarch64-static"), "-L", Path.Combine(Emulation, libraries), program];

    /// <summary>Builds it.</summary>
    public async ValueTask InitializeAsync()
    {
        var fetched = await Command.Run("bash", Path.Combine(AppContext.BaseDirectory, "Arm64", "fetch-emulation.sh"), Emulation);
        Missing = fetched.Code == 0 ? null : $"qemu for arm64 cannot be installed here: {fetched.Output.Trim()}";
        await RunBuildStage();
        await AssembleLastStage();
    }

    /// <summary>Removes it.</summary>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task RunBuildStage()
    {
        Directory.CreateDirectory(BuildDirectory);
        foreach (var (instruction, text) in File.Stage("build"))
        {
            // What is installed there is installed here by the test script; another test compares the two.
            if (instruction == "RUN" && !text.StartsWith("apt-get ", StringComparison.Ordinal))
            {
                var run = await Command.RunIn(BuildDirectory, "sh", "-c", text);
                Assert.True(run.Code == 0, $"RUN {text}: {run.Code}\n{run.Output}");
            }
            else if (instruction == "COPY" && !text.StartsWith("--from=", StringComparison.Ordinal))
            {
                var words = text.Split(' ');
                foreach (var source in words[..^1])
                {
                    await CopySources(source, Path.Combine(BuildDirectory, words[^1]));
                }
            }
        }
    }

    /// <summary>As Docker copies: without what .dockerignore names, and of a directory what is in it.</summary>
    private static async Task CopySources(string source, string target)
    {
        var from = Path.Combine(Command.Repository, source);
        if (Directory.Exists(from))
        {
            Directory.CreateDirectory(target);
            await Command.Succeed("sh", "-c", $"cd '{from}' && tar -c --exclude=bin --exclude=obj . | tar -x -C '{target}'");
        }
        else
        {
            System.IO.File.Copy(from, Path.Combine(target, Path.GetFileName(source)));
        }
    }

    private async Task AssembleLastStage()
    {
        if (Missing is null)
        {
            await Command.Succeed("cp", "--archive", Path.Combine(Emulation, "libraries"), Root);
            await Command.Succeed("cp", Path.Combine(Emulation, "qemu-aarch64-static"), Root);
        }

        foreach (var (instruction, text) in File.LastStage)
        {
            if (instruction == "COPY")
            {
                var words = text.Split(' ').Where(static word => !word.StartsWith("--", StringComparison.Ordinal)).ToArray();
                var target = Root + words[1];
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                await Command.Succeed("cp", "--recursive", BuildDirectory + words[0]["/source".Length..], target);
                if (Command.IsRoot && text.Split(' ').FirstOrDefault(static word => word.StartsWith("--chown=", StringComparison.Ordinal)) is { } owner)
                {
                    await Command.Succeed("chown", "--recursive", owner["--chown=".Length..], target);
                }
            }
        }
    }
}
