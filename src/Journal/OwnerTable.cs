using System.Text;

namespace EdgeOrleans.Journal;

/// <summary>
/// One object per owner key. Owners with records or a mark are kept; the others only as long as somebody else holds
/// them, because clients may ask for any number of collections that do not exist. Used under the journal's gate.
/// </summary>
internal sealed class OwnerTable(FlashJournal journal)
{
    private readonly Dictionary<string, WeakReference<JournalOwner>> _byKey = new(StringComparer.Ordinal);
    private readonly HashSet<JournalOwner> _kept = [];
    private JournalOwner? _lastFound;
    private int _purgeAtCount = 1024;

    /// <summary>All owners that have or had something in the journal.</summary>
    public IReadOnlyCollection<JournalOwner> Kept => _kept;

    /// <summary>The owner of this key.</summary>
    public JournalOwner OwnerOf(string key)
    {
        if (_byKey.TryGetValue(key, out var reference) && reference.TryGetTarget(out var owner))
        {
            return owner;
        }

        Purge();
        owner = new JournalOwner(journal, key);
        _byKey[key] = new WeakReference<JournalOwner>(owner);
        return owner;
    }

    /// <summary>The owner of this key as it stands on flash: recovery asks once for each record.</summary>
    public JournalOwner OwnerOf(ReadOnlySpan<byte> utf8)
    {
        if (_lastFound is null || !utf8.SequenceEqual(_lastFound.Utf8))
        {
            _lastFound = OwnerOf(Encoding.UTF8.GetString(utf8));
        }

        return _lastFound;
    }

    /// <summary>Makes room for one that is kept, so that to keep it cannot fail.</summary>
    public void MakeRoom() => _kept.EnsureCapacity(_kept.Count + 1);

    /// <summary>Keeps an owner from now on.</summary>
    public void Keep(JournalOwner owner) => _kept.Add(owner);

    /// <summary>Keeps an owner no longer than somebody else holds it.</summary>
    public void Release(JournalOwner owner) => _kept.Remove(owner);

    private void Purge()
    {
        if (_byKey.Count < _purgeAtCount)
        {
            return;
        }

        foreach (var (key, reference) in _byKey)
        {
            if (!reference.TryGetTarget(out _))
            {
                _byKey.Remove(key);
            }
        }

        _purgeAtCount = Math.Max(1024, 2 * _byKey.Count);
    }
}
