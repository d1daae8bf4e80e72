namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>How busy the connections to a storage are. For SQLite: one that writes and two that read.</summary>
/// <param name="InUse">Calls under way.</param>
/// <param name="Idle">Calls that could begin at once.</param>
/// <param name="Waiting">Calls that wait for one of those under way.</param>
/// <param name="Timeouts">Calls that waited in vain since the process started.</param>
public readonly record struct StoragePool(int InUse, int Idle, int Waiting, long Timeouts);
