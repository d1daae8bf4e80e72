using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeOrleans.Journal;

/// <summary>
/// The calls that .NET does not offer. RandomAccess.FlushToDisk is fsync, which commits the changed mtime as well: one
/// more cache flush and 12 KiB for each commit that comes after a timestamp tick.
/// </summary>
internal static partial class LibC
{
    /// <summary>LOCK_EX.</summary>
    public const int ExclusiveLock = 2;

    /// <summary>LOCK_NB.</summary>
    public const int DoNotBlock = 4;

    /// <summary>EWOULDBLOCK of Linux.</summary>
    public const int WouldBlock = 11;

    private const int Interrupted = 4;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes a file's data durable, and of its metadata only what is needed to read it.</summary>
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int Fdatasync(SafeFileHandle file);

    /// <summary>Makes a directory's names durable.</summary>
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(SafeFileHandle file);

    /// <summary>An advisory lock that ends with the process, however it ends.</summary>
    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    /// <summary>Opens for reading what .NET does not: a directory for <see cref="Fsync"/>, or a file without taking its lock.</summary>
    public static SafeFileHandle OpenToLook(string path)
    {
        var descriptor = OpenPath(path, CloseOnExec);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw Fault("open", path, Marshal.GetLastPInvokeError());
    }

    /// <summary>
    /// Calls until no signal interrupts; returns the error number or 0. An interrupted flush has not failed, so calling
    /// again is not the second try that must never be.
    /// </summary>
    public static int Retry(Func<SafeFileHandle, int> call, SafeFileHandle file)
    {
        while (call(file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                return error;
            }
        }

        return 0;
    }

    /// <summary>The exception for an error number.</summary>
    public static IOException Fault(string call, string path, int error) =>
        new($"{call} of {path} failed: {Marshal.GetPInvokeErrorMessage(error)}.", error);

    /// <summary>Whether .NET reports that the file system or a quota is full.</summary>
    public static bool IsDiskFull(IOException fault) => IsDiskFull(fault.HResult);

    /// <summary>Whether the error number says that the file system or a quota is full.</summary>
    public static bool IsDiskFull(int error) => error is NoSpace or QuotaExceeded;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags);
}
