using System.Diagnostics;

namespace EdgeOrleans.Load.Services;

/// <summary>A directory on a loop device of its own, so that what is written to it can be counted; a plain one where none can be mounted.</summary>
internal sealed class DataDisk : IDisposable
{
    private const long ImageBytes = 1L << 30;

    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-disk-").FullName;
    private readonly bool _isMounted;

    public DataDisk()
    {
        Path = System.IO.Path.Combine(_directory, "disk");
        Directory.CreateDirectory(Path);
        var image = System.IO.Path.Combine(_directory, "image");
        using (var file = File.Create(image))
        {
            file.SetLength(ImageBytes);
        }

        _isMounted = Run("mkfs.ext4", "-q", image) && Run("mount", "-o", "loop", image, Path);
        Device = _isMounted ? BlockDevice.Of(Path) : null;
    }

    public string Path { get; }

    /// <summary>Its own device, or null.</summary>
    public BlockDevice? Device { get; }

    public void Dispose()
    {
        if (_isMounted && !Run("umount", Path))
        {
            throw new IOException($"{Path} cannot be unmounted.");
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The command is not there.
            return false;
        }
    }
}
