namespace EdgeOrleans.Journal.Tests.Disk;

/// <summary>
/// What a file is: bytes as a process sees them (the cache), bytes as they are on flash, and the writes between the two.
/// It has no name; names point to it.
/// </summary>
public sealed class FaultyFile
{
    private readonly List<(long Offset, byte[] Data)> _unflushed = [];
    private byte[] _cache = [];
    private byte[] _flash = [];

    public long Length => _cache.Length;

    /// <summary>Sectors of 512 bytes that cannot be read.</summary>
    public HashSet<long> BadSectors { get; } = [];

    public ReadOnlySpan<byte> Cache => _cache;

    public int Read(Span<byte> buffer, long offset)
    {
        var length = (int)Math.Min(buffer.Length, Math.Max(0, _cache.Length - offset));
        for (var sector = offset / FaultyDisk.SectorBytes; length > 0 && sector <= (offset + length - 1) / FaultyDisk.SectorBytes; sector++)
        {
            if (BadSectors.Contains(sector))
            {
                throw new IOException("Input/output error (injected).");
            }
        }

        _cache.AsSpan((int)Math.Min(offset, _cache.Length), length).CopyTo(buffer);
        return length;
    }

    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        _unflushed.Add((offset, data.ToArray()));
        _cache = Overwritten(_cache, data, offset);
    }

    public void Flush()
    {
        foreach (var (offset, data) in _unflushed)
        {
            _flash = Overwritten(_flash, data, offset);
        }

        _unflushed.Clear();
    }

    /// <summary>A failed flush: the cache calls its pages clean, and flash never gets them.</summary>
    public void LoseUnflushed() => _unflushed.Clear();

    /// <summary>The file after a power cut: of what was not flushed, each write is there, missing, or there in some sectors.</summary>
    public FaultyFile AfterPowerCut(Random random)
    {
        var bytes = (byte[])_flash.Clone();

        // The length is metadata: it survives up to some write, whatever the data do.
        var lengthThrough = random.Next(_unflushed.Count + 1);
        var length = _flash.LongLength;
        for (var i = 0; i < lengthThrough; i++)
        {
            length = Math.Max(length, _unflushed[i].Offset + _unflushed[i].Data.Length);
        }

        foreach (var (offset, data) in _unflushed)
        {
            var unit = random.Next(2) == 0 ? FaultyDisk.SectorBytes : 8 * FaultyDisk.SectorBytes;
            var fate = random.Next(4);
            for (var at = 0L; at < data.Length;)
            {
                var end = Math.Min(((offset + at) / unit * unit) + unit - offset, data.Length);
                if (fate == 0 || (fate != 1 && random.Next(2) == 0))
                {
                    bytes = Overwritten(bytes, data.AsSpan((int)at, (int)(end - at)), offset + at);
                }

                at = end;
            }
        }

        if (_unflushed.Count > 0 && random.Next(4) == 0)
        {
            // The sector under write when the power went.
            var (offset, data) = _unflushed[random.Next(_unflushed.Count)];
            var noise = new byte[FaultyDisk.SectorBytes];
            random.NextBytes(noise);
            bytes = Overwritten(bytes, noise, (offset + random.Next(data.Length)) / FaultyDisk.SectorBytes * FaultyDisk.SectorBytes);
        }

        Array.Resize(ref bytes, (int)length);
        return new FaultyFile { _cache = bytes, _flash = (byte[])bytes.Clone() };
    }

    /// <summary>Changes a byte on flash and in the cache: a sector went bad without saying so.</summary>
    public void Flip(long offset, byte mask)
    {
        _cache[offset] ^= mask;
        if (offset < _flash.Length)
        {
            _flash[offset] ^= mask;
        }
    }

    /// <summary>Cuts the file.</summary>
    public void Truncate(int length)
    {
        Array.Resize(ref _cache, length);
        Array.Resize(ref _flash, length);
    }

    private static byte[] Overwritten(byte[] bytes, ReadOnlySpan<byte> data, long offset)
    {
        if (bytes.Length < offset + data.Length)
        {
            Array.Resize(ref bytes, (int)offset + data.Length);
        }

        data.CopyTo(bytes.AsSpan((int)offset));
        return bytes;
    }
}
