using System.Diagnostics;
using System.Text.Json;

namespace EdgeOrleans.Deploy.Tests.Arm64;

/// <summary>The image of Dockerfile.arm64: its files run as its last stage says, on a read-only root as a user without rights.</summary>
[Collection(nameof(Arm64Image))]
public sealed class ImageTests(Arm64Image image) : IAsyncLifetime
{
    private const string Value = "http://localhost:8080/api/v1/kv/default/sensors/kitchen";

    private readonly string _volume = Directory.CreateTempSubdirectory("edgeorleans-volume-").FullName;
    private Process? _container;

    public async ValueTask InitializeAsync()
    {
        // A new volume takes content and owner from the image.
        if (Directory.Exists(image.Root + "/data") && Command.IsRoot)
        {
            await Command.Succeed("chown", "--reference", image.Root + "/data", _volume);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is { HasExited: false })
        {
            // Process 1, with which all of it ends; what started it would leave it behind.
            await Command.Run("kill", "-KILL", await Init());
            await _container.WaitForExitAsync();
        }

        _container?.Dispose();
        Directory.Delete(_volume, recursive: true);
    }

    [Fact]
    public void Last_stage_says_what_an_operator_relies_on()
    {
        var file = image.File;
        Assert.Equal("65532:65532", file.Last("USER"));
        Assert.Equal("/data", file.Last("VOLUME"));
        Assert.Equal("SIGTERM", file.Last("STOPSIGNAL"));
        Assert.Equal(["/usr/bin/edgeorleans"], JsonSerializer.Deserialize<string[]>(file.Last("ENTRYPOINT"))!);
        Assert.EndsWith(" CMD [\"/usr/bin/edgeorleans\", \"health\"]", file.Last("HEALTHCHECK"), StringComparison.Ordinal);
        Assert.Contains($"org.opencontainers.image.version=\"{Versions.Of("Directory.Build.props")}\"", file.Last("LABEL"), StringComparison.Ordinal);
        Assert.DoesNotContain(file.LastStage, static line => line.Name == "RUN");
    }

    [Fact]
    public async Task Packages_of_the_build_stage_are_those_that_the_tests_install()
    {
        var script = await File.ReadAllTextAsync(Path.Combine(Command.Repository, "test.sh"), TestContext.Current.CancellationToken);
        var install = Assert.Single(image.File.Stage("build"), static line => line.Text.StartsWith("apt-get ", StringComparison.Ordinal)).Text;
        foreach (var package in new[] { "clang", "zlib1g-dev", "gcc-aarch64-linux-gnu", "libsqlite3-dev" })
        {
            Assert.Contains(package, install, StringComparison.Ordinal);
            Assert.Contains(package, script, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Container_serves_is_healthy_keeps_its_data_and_stops_when_asked()
    {
        Start("Http__Token=a-token-of-the-test");
        Assert.Contains("\"Successfully\"", await Curl("-d", "{\"value\":21.50}", Value), StringComparison.Ordinal);
        var health = await Inside(JsonSerializer.Deserialize<string[]>(image.File.Last("HEALTHCHECK").Split("CMD ")[1])!);
        Assert.True(health.Code == 0, health.Output);
        Assert.Contains("UNAUTHORIZED", (await Command.RunIn("/", "nsenter", ["--target", await Init(), "--net", "curl", "-s", Value])).Output, StringComparison.Ordinal);

        // The root is the image's and stays so; what is written is in the volume and belongs to the user.
        Assert.Equal(["/data"], await Written());
        Assert.Equal("65532 65532", (await Command.Succeed("stat", "--format", "%u %g", Path.Combine(_volume, "edgeorleans.db"))).Trim());

        await Command.Succeed("kill", "-TERM", await Init());
        await _container!.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(0, _container.ExitCode);

        Start("Http__Token=a-token-of-the-test");
        Assert.Contains("21.50", await Curl(Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Container_without_a_token_says_what_to_set()
    {
        Start();
        await _container!.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(2, _container.ExitCode);
        Assert.Contains("Http:Token must be set", await _container.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>Starts it as an engine would with --read-only and a volume.</summary>
    private void Start(params string[] environment)
    {
        Assert.SkipUnless(image.Missing is null, image.Missing ?? "");
        Assert.SkipUnless(Command.IsRoot, "needs root, to make a root of its own");
        _container?.Dispose();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Image", "run-container.sh"),
            [image.Root, _volume, image.File.Last("USER"), image.File.Last("WORKDIR"), "/qemu-aarch64-static", .. JsonSerializer.Deserialize<string[]>(image.File.Last("ENTRYPOINT"))!])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        SetEnvironment(start, environment);
        _container = Process.Start(start)!;
    }

    private void SetEnvironment(ProcessStartInfo start, string[] environment)
    {
        start.Environment.Clear();
        foreach (var variable in image.File.Environment.Concat(environment).Append("PATH=/usr/sbin:/usr/bin:/sbin:/bin"))
        {
            var (name, value) = (variable.Split('=', 2)[0], variable.Split('=', 2)[1]);
            start.Environment[name] = value;
        }
    }

    /// <summary>A command of the image in the container, as 'docker exec' and HEALTHCHECK run it.</summary>
    private async Task<Command> Inside(string[] command) => await Command.RunIn(
        "/", "env",
        ["-i", .. image.File.Environment, "Http__Token=a-token-of-the-test", "nsenter", "--target", await Init(), "--mount", "--net", "--pid", "--root", "--wd", "/qemu-aarch64-static", .. command]);

    private async Task<string> Curl(params string[] arguments)
    {
        for (var i = 0; ; i++)
        {
            var curl = await Command.RunIn("/", "nsenter", ["--target", await Init(), "--net", "curl", "-s", "-H", "Authorization: Bearer a-token-of-the-test", .. arguments]);
            if (curl.Code == 0)
            {
                return curl.Output;
            }

            Assert.False(_container!.HasExited, _container.HasExited ? await _container.StandardError.ReadToEndAsync() : "");
            Assert.True(i < 300, "The container does not listen.");
            await Task.Delay(100);
        }
    }

    /// <summary>Process 1 of the container, by its number here.</summary>
    private async Task<string> Init()
    {
        var children = $"/proc/{_container!.Id}/task/{_container.Id}/children";
        for (var i = 0; i < 100; i++)
        {
            if (File.Exists(children) && (await File.ReadAllTextAsync(children)).Trim() is { Length: > 0 } child
                && (await File.ReadAllTextAsync($"/proc/{child}/comm")).StartsWith("qemu", StringComparison.Ordinal))
            {
                return child;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException($"The container does not start: {await _container.StandardError.ReadToEndAsync()}");
    }

    /// <summary>The directories that a process of the container may write to, of those that an image has.</summary>
    private async Task<string[]> Written()
    {
        var writable = new List<string>();
        foreach (var directory in new[] { "/", "/data", "/etc/edgeorleans", "/usr/bin", "/lib" })
        {
            // As root even, so that it is the file system that refuses.
            if ((await Command.RunIn("/", "nsenter", ["--target", await Init(), "--mount", "touch", $"{image.Root}{directory}/trial"])).Code == 0)
            {
                writable.Add(directory);
            }
        }

        return [.. writable];
    }
}
