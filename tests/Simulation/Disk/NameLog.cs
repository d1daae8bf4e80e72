namespace EdgeOrleans.Simulation.Disk;

/// <summary>
/// The directory: names as a program sees them, names on the medium, and the changes in between in their order,
/// of which a cut keeps a prefix. Changes of a file's length stand in the same order, as in a file system's own journal.
/// </summary>
internal sealed class NameLog
{
    private readonly List<Change> _pending = [];
    private SortedDictionary<string, SimulatedFile> _durable = new(StringComparer.Ordinal);

    private enum ChangeKind
    {
        Create,
        Rename,
        Remove,
        Length,
    }

    /// <summary>The names as a program sees them.</summary>
    public SortedDictionary<string, SimulatedFile> Current { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>Changes that no flush has covered.</summary>
    public int PendingCount => _pending.Count;

    public void Create(string name, SimulatedFile file) => Do(new Change(ChangeKind.Create, name, "", file, 0));

    public void Rename(string from, string to) => Do(new Change(ChangeKind.Rename, from, to, Current[from], 0));

    public void Remove(string name) => Do(new Change(ChangeKind.Remove, name, "", Current[name], 0));

    public void Lengthen(SimulatedFile file) => _pending.Add(new Change(ChangeKind.Length, "", "", file, file.Length));

    /// <summary>The flush of one file: its length, and nothing of anyone's name.</summary>
    public void FlushLength(SimulatedFile file)
    {
        file.DurableLength = file.Length;
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            if (_pending[i].Kind == ChangeKind.Length && ReferenceEquals(_pending[i].File, file))
            {
                _pending.RemoveAt(i);
            }
        }
    }

    /// <summary>The flush of the directory: all names, and nothing of any file's length or content.</summary>
    public void FlushNames()
    {
        var kept = 0;
        for (var i = 0; i < _pending.Count; i++)
        {
            if (_pending[i].Kind == ChangeKind.Length)
            {
                _pending[kept++] = _pending[i];
            }
            else
            {
                _pending[i].Apply(_durable);
            }
        }

        _pending.RemoveRange(kept, _pending.Count - kept);
    }

    /// <summary>The power goes: so many of the pending changes were on the medium.</summary>
    public void Cut(int survivors)
    {
        for (var i = 0; i < survivors; i++)
        {
            _pending[i].Apply(_durable);
        }

        _pending.Clear();
        Current = _durable;
        _durable = new SortedDictionary<string, SimulatedFile>(Current, StringComparer.Ordinal);
    }

    private void Do(Change change)
    {
        change.Apply(Current);
        _pending.Add(change);
    }

    private readonly record struct Change(ChangeKind Kind, string Name, string To, SimulatedFile File, long NewLength)
    {
        public void Apply(SortedDictionary<string, SimulatedFile> names)
        {
            switch (Kind)
            {
                case ChangeKind.Create:
                    names[Name] = File;
                    break;
                case ChangeKind.Rename:
                    names.Remove(Name);
                    names[To] = File;
                    break;
                case ChangeKind.Remove:
                    names.Remove(Name);
                    break;
                case ChangeKind.Length:
                    File.DurableLength = NewLength;
                    break;
            }
        }
    }
}
