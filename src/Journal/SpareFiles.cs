using System.Globalization;

namespace EdgeOrleans.Journal;

/// <summary>A file of full length that waits to become a segment.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="File">The open file.</param>
/// <param name="IsLengthDurable">False when it was found at start: the kernel may have its length in memory alone.</param>
internal readonly record struct SpareFile(string Name, IDiskFile File, bool IsLengthDurable = true);

/// <summary>
/// The spares, and the file that is becoming one. A file is zero-filled once, so that a frame changes no metadata and its
/// flush costs one cache flush; later it goes round by renaming. Changed by the writer alone, under the gate.
/// </summary>
internal sealed class SpareFiles(IDisk disk, JournalOptions options, Lock gate)
{
    private const string Prefix = "spare-";

    // One step of zero-filling, flushed: short enough that a group does not wait long behind it, also on a slow card.
    private const int FillBytes = 128 * 1024;

    private static readonly byte[] Zeros = new byte[FillBytes];

    private readonly Queue<SpareFile> _ready = [];
    private int _nextNumber;
    private SpareFile? _filling;
    private int _filledBytes;

    // Free bytes when creating a file failed although there seemed to be room: try again only when there is more.
    private long _refusedAtBytes = -1;

    /// <summary>Spares that can be used now.</summary>
    public int ReadyCount => _ready.Count;

    /// <summary>Spares, the one in the making included.</summary>
    public int Count => _ready.Count + (_filling is null ? 0 : 1);

    /// <summary>Whether a file is being zero-filled.</summary>
    public bool IsFilling => _filling is not null;

    /// <summary>Whether a file is a spare by its name.</summary>
    public static bool IsName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Takes over a spare found at start, or removes it when it is not wanted or has another length: an option has changed, or a power cut came in between.</summary>
    public void AddRecovered(string name, bool isWanted)
    {
        if (int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            _nextNumber = Math.Max(_nextNumber, number + 1);
        }

        IDiskFile file;
        try
        {
            file = disk.Open(name);
        }
        catch (IOException)
        {
            // Nothing in a spare is worth anything, and its number is not used again.
            return;
        }

        if (isWanted && file.Length == options.SegmentBytes)
        {
            _ready.Enqueue(new SpareFile(name, file, IsLengthDurable: false));
            return;
        }

        file.Dispose();
        disk.Remove(name);
    }

    /// <summary>A name that no file has.</summary>
    public string NextName() => Prefix + (_nextNumber++).ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds a segment that is free, under the name of a spare. Under the gate.</summary>
    public void Add(SpareFile spare) => _ready.Enqueue(spare);

    /// <summary>Takes a spare, finishing or creating it when none is ready. False when there may be no more files, or no room.</summary>
    public bool TryTake(bool mayGrow, RoomFor purpose, out SpareFile spare)
    {
        while (_ready.Count == 0)
        {
            // A group waits for it whatever the steps: it is made in one, with one flush.
            if (!TryGrow(mayGrow, purpose, options.SegmentBytes))
            {
                spare = default;
                return false;
            }
        }

        lock (gate)
        {
            spare = _ready.Dequeue();
        }

        return true;
    }

    /// <summary>Zero-fills the file in the making a little further, or creates one. False when there may be none, or no room.</summary>
    public bool TryGrow(bool mayGrow, RoomFor purpose) => TryGrow(mayGrow, purpose, FillBytes);

    private bool TryGrow(bool mayGrow, RoomFor purpose, int mostBytes)
    {
        try
        {
            if (_filling is null && !(mayGrow && FilesWithRoom(purpose) >= 1))
            {
                return false;
            }

            var filling = _filling ?? Create();
            for (var left = Math.Min(mostBytes, options.SegmentBytes - _filledBytes); left > 0;)
            {
                var bytes = Math.Min(FillBytes, left);
                filling.File.Write(Zeros.AsSpan(0, bytes), _filledBytes);
                _filledBytes += bytes;
                left -= bytes;
            }

            filling.File.FlushData();
            if (_filledBytes == options.SegmentBytes)
            {
                disk.FlushNames();
                lock (gate)
                {
                    _ready.Enqueue(filling);
                    _filling = null;
                }
            }

            return true;
        }
        catch (DiskFullException)
        {
            Abandon();
            return false;
        }
    }

    /// <summary>How many files the file system has room for. Ordinary appends leave the reserve alone.</summary>
    public long FilesWithRoom(RoomFor purpose)
    {
        var free = disk.FreeBytes;
        return free <= _refusedAtBytes
            ? 0
            : Math.Max(0, purpose == RoomFor.Writes ? free - options.ReserveBytes : free) / options.SegmentBytes;
    }

    /// <summary>Closes all files.</summary>
    public void Close()
    {
        foreach (var spare in _ready)
        {
            spare.File.Dispose();
        }

        _filling?.File.Dispose();
    }

    private SpareFile Create()
    {
        var name = NextName();
        var file = new SpareFile(name, disk.Create(name));
        lock (gate)
        {
            _filling = file;
            _filledBytes = 0;
        }

        return file;
    }

    private void Abandon()
    {
        if (_filling is { } partial)
        {
            partial.File.Dispose();
            disk.Remove(partial.Name);
            lock (gate)
            {
                _filling = null;
            }
        }

        _refusedAtBytes = disk.FreeBytes;
    }
}
