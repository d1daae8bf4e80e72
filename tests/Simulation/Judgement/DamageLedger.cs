using EdgeOrleans.Journal;
using EdgeOrleans.Simulation.Disk;
using EdgeOrleans.Simulation.Running;

namespace EdgeOrleans.Simulation.Judgement;

/// <summary>
/// Of whom the code under test has said that they may have lost something, over all lives of a seed. A report where nothing was damaged
/// is a fault of its own: else a loss could be excused by saying so.
/// </summary>
internal sealed class DamageLedger(SimulatedDisk disk, Trace trace, SeedCounts counts)
{
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private bool _isEverybodyNamed;
    private bool _isReportLost;
    private bool _wasReportLost;

    /// <summary>Whether the journal ever was at its limit. Then it may free a segment without keeping how far it was trimmed.</summary>
    public bool WasOutOfRoom { get; private set; }

    /// <summary>Whether anything was damaged at all.</summary>
    public bool IsAnythingDamaged => disk.DamageCount > 0 || IsDatabaseLost;

    private bool IsDatabaseLost { get; set; }

    /// <summary>A process starts. Until it serves nobody hears what it has to say: it may set damage aside and be cut off.</summary>
    public void Starting()
    {
        _wasReportLost = _isReportLost;
        _isReportLost = true;
    }

    /// <summary>It serves, and this is its report.</summary>
    public void Started(RecoveryReport recovery)
    {
        _isReportLost = false;
        if (disk.DamageCount == 0)
        {
            if (recovery.Damage.Count > 0)
            {
                throw new OracleException($"no sector was damaged, and the report says: {string.Join(' ', recovery.Damage)}");
            }

            return;
        }

        foreach (var damage in recovery.Damage)
        {
            trace.Add($"  {damage}");
            counts.Add(damage.OwnersAreCertain ? "damage reports" : "damage reports that name nobody for certain");
            _isEverybodyNamed |= !damage.OwnersAreCertain;
            Name(damage.Owners);
        }

        // Damage in the newest frame cannot be told from a write that was cut off: it is cut, and reported as such when there is a trace of it.
        _isEverybodyNamed |= disk.IsNewestDamaged || _wasReportLost || recovery.TornTail is not null;
        disk.IsNewestDamaged = false;
    }

    /// <summary>The disk gets short of room.</summary>
    public void RoomIsShort() => WasOutOfRoom = true;

    /// <summary>The journal as it runs.</summary>
    public void Saw(JournalState state) => WasOutOfRoom |= state is JournalState.NoRoom or JournalState.BacklogFull;

    /// <summary>Some were named while the process ran.</summary>
    public void Name(IEnumerable<string> owners) => _named.UnionWith(owners);

    /// <summary>
    /// The database was set aside. Whom that cost something the journal knows by how far each was trimmed, unless it was short of room:
    /// then it may have freed segments without keeping that, and says nothing.
    /// </summary>
    public void DatabaseLost()
    {
        IsDatabaseLost = true;
        _isEverybodyNamed |= WasOutOfRoom;
    }

    /// <summary>Whether an owner was named.</summary>
    public bool Covers(string owner) => _isEverybodyNamed || _named.Contains(owner);
}
