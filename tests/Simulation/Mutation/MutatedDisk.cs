using EdgeOrleans.Journal;

namespace EdgeOrleans.Simulation.Mutation;

/// <summary>A disk between the journal and the simulated one that does one thing wrong: what the journal would do without one of its lines.</summary>
internal sealed class MutatedDisk(IDisk inner, Mutant mutant) : IDisk
{
    private MutatedFile? _unflushed;
    private bool _hasFlushedNames;

    public long FreeBytes => inner.FreeBytes;

    /// <summary>The disk for a mutant; the inner one when the mutant is made elsewhere.</summary>
    public static IDisk Around(IDisk inner, Mutant mutant) => mutant switch
    {
        Mutant.NoFlush or Mutant.AnswerBeforeFlush or Mutant.NoDirectoryFlush or Mutant.NoDirectoryFlushAtStart or Mutant.NoHeaderFlush
            or Mutant.RetryFailedFlush or Mutant.FrameChecksumIgnored or Mutant.GenerationIgnored => new MutatedDisk(inner, mutant),
        _ => inner,
    };

    public IReadOnlyList<string> List() => inner.List();

    public IDiskFile Create(string name)
    {
        CatchUp();
        return new MutatedFile(this, inner.Create(name));
    }

    public IDiskFile Open(string name) => new MutatedFile(this, inner.Open(name));

    public void Rename(string from, string to)
    {
        CatchUp();
        inner.Rename(from, to);
    }

    public void Remove(string name)
    {
        CatchUp();
        inner.Remove(name);
    }

    public void FlushNames()
    {
        CatchUp();
        var isFirst = !_hasFlushedNames;
        _hasFlushedNames = true;
        if (mutant != Mutant.NoDirectoryFlush && !(mutant == Mutant.NoDirectoryFlushAtStart && isFirst))
        {
            inner.FlushNames();
        }
    }

    public void Dispose() => inner.Dispose();

    private void CatchUp()
    {
        var file = _unflushed;
        _unflushed = null;
        file?.Inner.FlushData();
    }

    private sealed class MutatedFile(MutatedDisk disk, IDiskFile inner) : IDiskFile
    {
        private bool _isHeaderWritten;

        public IDiskFile Inner => inner;

        public long Length => inner.Length;

        private Mutant Mutant { get; } = disk.MutantOf();

        public int Read(Span<byte> buffer, long offset)
        {
            var read = inner.Read(buffer, offset);
            if (offset == 0 && read > JournalFormat.BlockBytes && Mutant is Mutant.FrameChecksumIgnored or Mutant.GenerationIgnored)
            {
                BlindRecovery.Mend(buffer[..read], Mutant);
            }

            return read;
        }

        public void Write(ReadOnlySpan<byte> data, long offset)
        {
            disk.CatchUp();
            _isHeaderWritten |= offset == 0 && data.ContainsAnyExcept((byte)0);
            inner.Write(data, offset);
        }

        public void FlushData()
        {
            disk.CatchUp();
            switch (Mutant)
            {
                case Mutant.NoFlush:
                    break;
                case Mutant.AnswerBeforeFlush:
                    disk._unflushed = this;
                    break;
                case Mutant.NoHeaderFlush when _isHeaderWritten:
                    _isHeaderWritten = false;
                    break;
                case Mutant.RetryFailedFlush:
                    try
                    {
                        inner.FlushData();
                    }
                    catch (IOException)
                    {
                        inner.FlushData();
                    }

                    break;
                default:
                    inner.FlushData();
                    break;
            }
        }

        public void Dispose() => inner.Dispose();
    }

    private Mutant MutantOf() => mutant;
}
