namespace EdgeOrleans.Journal;

/// <summary>
/// One directory on a disk that may lose power: the seam between the journal and the operating system.
/// Production is <see cref="FileDisk"/>; the simulator has its own, which forgets what no flush has covered.
/// </summary>
/// <remarks>Every member may throw <see cref="IOException"/>. Names are plain file names without a directory.</remarks>
public interface IDisk : IDisposable
{
    /// <summary>Bytes that a file may still take on this file system.</summary>
    long FreeBytes { get; }

    /// <summary>The names of all files in the directory, in no order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Creates an empty file. Its name is durable after <see cref="FlushNames"/>.</summary>
    /// <exception cref="DiskFullException">There is no room.</exception>
    IDiskFile Create(string name);

    /// <summary>Opens an existing file for reading and writing.</summary>
    IDiskFile Open(string name);

    /// <summary>Renames a file and replaces <paramref name="to"/>. Open files stay usable. Durable after <see cref="FlushNames"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file. Durable after <see cref="FlushNames"/>.</summary>
    void Remove(string name);

    /// <summary>Makes all names as they are now durable (fsync of the directory).</summary>
    void FlushNames();
}

/// <summary>One open file of an <see cref="IDisk"/>. Reads may run beside each other and beside a write elsewhere in the file.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>Reads at <paramref name="offset"/> until the buffer is full or the file ends; returns the bytes read.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes all of <paramref name="data"/> at <paramref name="offset"/>. Durable after <see cref="FlushData"/>.</summary>
    /// <exception cref="DiskFullException">There is no room; part of the data may have been written.</exception>
    void Write(ReadOnlySpan<byte> data, long offset);

    /// <summary>
    /// Makes everything written to this file durable (fdatasync). When it throws, nothing is known about what was
    /// written since the last flush, and no later call can make it known.
    /// </summary>
    void FlushData();
}
