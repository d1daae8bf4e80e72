using Microsoft.Win32.SafeHandles;

namespace EdgeOrleans.Journal;

/// <summary>A file of <see cref="FileDisk"/>: positioned reads and writes on the handle, no buffer of ours between.</summary>
internal sealed class FileDiskFile(string name, SafeFileHandle handle) : IDiskFile
{
    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        try
        {
            RandomAccess.Write(handle, data, offset);
        }
        catch (IOException fault) when (LibC.IsDiskFull(fault))
        {
            throw new DiskFullException($"There is no room to write {name}.", fault);
        }
    }

    /// <inheritdoc/>
    public void FlushData()
    {
        if (LibC.Retry(static handle => LibC.Fdatasync(handle), handle) is var error and not 0)
        {
            throw LibC.IsDiskFull(error)
                ? new DiskFullException($"There is no room to flush {name}.")
                : LibC.Fault("fdatasync", name, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
