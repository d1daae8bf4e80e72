using System.Diagnostics;
using System.Globalization;

namespace EdgeOrleans.Deploy.Tests.Packages;

/// <summary>A Debian system with systemd, as real as a package and a unit can ask for, and gone with the test. Needs root and Debian.</summary>
public sealed class DebianMachine : IAsyncLifetime
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-machine-").FullName;
    private Process? _boot;
    private string _init = "";

    /// <summary>Why there is none, for tests to be skipped with.</summary>
    public string? Missing { get; private set; }

    /// <summary>What is put here is in <c>/files</c> of the machine.</summary>
    public string Files => Path.Combine(_directory, "files");

    /// <summary>Boots it.</summary>
    public async ValueTask InitializeAsync()
    {
        if (!Command.IsRoot || !File.Exists("/etc/debian_version") || !File.Exists("/lib/systemd/systemd"))
        {
            Missing = "needs root on a Debian with systemd, to boot a machine of its own";
            return;
        }

        foreach (var part in new[] { "layer", "root", "files" })
        {
            Directory.CreateDirectory(Path.Combine(_directory, part));
        }

        var script = Path.Combine(AppContext.BaseDirectory, "Packages", "boot-machine.sh");
        _boot = Process.Start(new ProcessStartInfo(script, [_directory]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var begin = Stopwatch.GetTimestamp();
        while (await Run("systemctl", "is-active", "--quiet", "basic.target") is not { Code: 0 })
        {
            if (_boot.HasExited)
            {
                // A container that forbids namespaces, a kernel without overlay.
                Missing = $"no machine of its own can be booted: {(await _boot.StandardError.ReadToEndAsync()).Trim()}";
                return;
            }

            Assert.True(Stopwatch.GetElapsedTime(begin) < BootLimit, "The machine does not boot.");
            await Task.Delay(100);
        }
    }

    /// <summary>Runs a command in it.</summary>
    internal async Task<Command> Run(string program, params string[] arguments)
    {
        _init = _init.Length > 0 ? _init : await FindInit();
        return _init.Length == 0
            ? new Command(-1, "not booted")
            : await Command.RunIn("/", "nsenter", ["--target", _init, "--mount", "--pid", "--net", "--cgroup", program, .. arguments]);
    }

    /// <summary>Runs a command in it that is expected to succeed.</summary>
    internal async Task<string> Succeed(string program, params string[] arguments)
    {
        var command = await Run(program, arguments);
        Assert.True(command.Code == 0, $"{program} {string.Join(' ', arguments)}: {command.Code}\n{command.Output}\n{(await Run("journalctl", "--no-pager", "-n", "50")).Output}");
        return command.Output.Trim();
    }

    /// <summary>One property of a unit.</summary>
    internal Task<string> Show(string property) => Succeed("systemctl", "show", "edgeorleans", "--value", "--property", property);

    /// <summary>Ends it with all that runs in it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_boot is { HasExited: false })
        {
            _boot.Kill();
            await _boot.WaitForExitAsync();
        }

        _boot?.Dispose();
        await RemoveControlGroups();
        Directory.Delete(_directory, recursive: true);
    }

    // They are busy until the kernel has buried the last process.
    private async Task RemoveControlGroups()
    {
        string[] ours = ["/sys/fs/cgroup", "-depth", "-type", "d", "-path", $"*/{Path.GetFileName(_directory)}*"];
        for (var i = 0; i < 50 && (await Command.Run("find", ours)).Output.Length > 0; i++)
        {
            await Command.Run("find", [.. ours, "-exec", "rmdir", "{}", ";"]);
            await Task.Delay(100);
        }
    }

    // The child of unshare, once it has become systemd.
    private async Task<string> FindInit()
    {
        var id = _boot!.Id.ToString(CultureInfo.InvariantCulture);
        var children = $"/proc/{id}/task/{id}/children";
        try
        {
            var child = (await File.ReadAllTextAsync(children)).Trim();
            return child.Length > 0 && (await File.ReadAllTextAsync($"/proc/{child}/comm")).Trim() == "systemd" ? child : "";
        }
        catch (IOException)
        {
            // The commands before unshare come and go.
            return "";
        }
    }
}
