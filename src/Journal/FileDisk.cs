using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeOrleans.Journal;

/// <summary>A directory of the real file system, locked for this process for as long as the object lives.</summary>
public sealed class FileDisk : IDisk
{
    /// <summary>The file that is locked; it stays.</summary>
    public const string LockName = "journal.lock";

    private readonly string _directory;
    private readonly DriveInfo _drive;
    private readonly SafeFileHandle _lock;
    private readonly SafeFileHandle _names;

    /// <summary>Creates the directory when it is missing, and locks it.</summary>
    /// <exception cref="DataDirectoryInUseException">Another process has it.</exception>
    public FileDisk(string directory)
    {
        _directory = Path.GetFullPath(directory);
        CreateDirectory(_directory);
        _drive = new DriveInfo(_directory);
        _lock = TakeLock(_directory);
        _names = LibC.OpenToLook(_directory);
    }

    /// <inheritdoc/>
    public long FreeBytes => _drive.AvailableFreeSpace;

    /// <summary>
    /// Whether a process has the directory now, as far as the kernel shows it. Looks at the lock and does not try it, because
    /// whoever holds it for a moment would keep a service from starting in that moment.
    /// </summary>
    /// <exception cref="IOException">The lock is there and cannot be looked at.</exception>
    public static bool IsInUse(string directory)
    {
        var path = Path.Combine(directory, LockName);
        if (!File.Exists(path))
        {
            return false;
        }

        // A line of fdinfo is 'ino:<tab>number' (Linux 5.14), one of locks 'n: FLOCK ADVISORY WRITE pid major:minor:inode start end'.
        using var file = LibC.OpenToLook(path);
        var inode = File.ReadLines($"/proc/self/fdinfo/{file.DangerousGetHandle()}")
            .FirstOrDefault(static line => line.StartsWith("ino:", StringComparison.Ordinal))?[4..].Trim();
        return inode is not null
            && File.ReadLines("/proc/locks").Any(line => line.Contains(" FLOCK ", StringComparison.Ordinal) && line.Contains($":{inode} ", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List()
    {
        var names = new List<string>();
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            names.Add(Path.GetFileName(path));
        }

        return names;
    }

    /// <inheritdoc/>
    public IDiskFile Create(string name) => OpenFile(name, FileMode.CreateNew);

    /// <inheritdoc/>
    public IDiskFile Open(string name) => OpenFile(name, FileMode.Open);

    /// <inheritdoc/>
    /// <remarks>With overwrite it is one rename(2); without, .NET links and unlinks.</remarks>
    public void Rename(string from, string to) => File.Move(PathOf(from), PathOf(to), overwrite: true);

    /// <inheritdoc/>
    public void Remove(string name) => File.Delete(PathOf(name));

    /// <inheritdoc/>
    public void FlushNames()
    {
        if (LibC.Retry(static names => LibC.Fsync(names), _names) is var error and not 0)
        {
            throw LibC.Fault("fsync", _directory, error);
        }
    }

    /// <summary>Makes durable what was created, renamed or removed in a directory that is not a disk of ours.</summary>
    public static void FlushNames(string directory)
    {
        using var names = LibC.OpenToLook(directory);
        if (LibC.Retry(static names => LibC.Fsync(names), names) is var error and not 0)
        {
            throw LibC.Fault("fsync", directory, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _names.Dispose();
        _lock.Dispose();
    }

    /// <summary>Creates what is missing of the path and makes each new name durable in the directory above it.</summary>
    private static void CreateDirectory(string directory)
    {
        if (Directory.Exists(directory) || Path.GetDirectoryName(directory) is not { } parent)
        {
            return;
        }

        CreateDirectory(parent);
        Directory.CreateDirectory(directory);
        FlushNames(parent);
    }

    private static SafeFileHandle TakeLock(string directory)
    {
        var inUse = new DataDirectoryInUseException($"The data directory {directory} is in use by another process.");
        SafeFileHandle handle;
        try
        {
            // Without sharing .NET takes this very lock, unless its environment forbids: hence once more by hand.
            handle = File.OpenHandle(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault.HResult == LibC.WouldBlock)
        {
            throw inUse;
        }

        if (LibC.Lock(handle, LibC.ExclusiveLock | LibC.DoNotBlock) == 0)
        {
            return handle;
        }

        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw error == LibC.WouldBlock ? inUse : LibC.Fault("flock", directory, error);
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private FileDiskFile OpenFile(string name, FileMode mode)
    {
        try
        {
            return new FileDiskFile(
                name, File.OpenHandle(PathOf(name), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (IOException fault) when (LibC.IsDiskFull(fault))
        {
            throw new DiskFullException($"There is no room to create {name}.", fault);
        }
    }
}
