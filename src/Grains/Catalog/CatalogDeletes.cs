using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Time;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>
/// Deletes of collections, alone or a namespace at a time. Each runs through the same steps, and a kill after any of them is made good:
/// fence the collections (their later writes get greater versions), write down the intent with each one's bound, clear each through its bound,
/// take off the list what nobody wrote to since, and forget the intent.
/// </summary>
/// <param name="collections">The collections.</param>
/// <param name="index">The list.</param>
/// <param name="clock">The service clock.</param>
/// <param name="registering">The writes under way that put collections on the list.</param>
/// <param name="left">Cancelled when intents are for another catalog to carry out.</param>
internal sealed class CatalogDeletes(
    ICollections collections, CatalogIndex index, ServiceClock clock, IReadOnlyDictionary<string, Task<Refusal?>> registering, CancellationToken left)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Deletion> _deletions = [];
    private readonly Dictionary<string, Task> _removals = [];
    private readonly Dictionary<string, Task> _gates = [];

    // What was put on the list or taken off it with an outcome unknown: memory and flash may differ, so the next registration
    // is written in any case, and a delete does not take them for gone.
    private readonly HashSet<string> _uncertain = [];

    // Intents that are durable and not carried out, by namespace.
    private readonly Dictionary<string, Dictionary<string, long>> _intents = [];
    private readonly TaskCompletionSource _leftOvers = new();
    private bool _goesOn;

    /// <summary>Ends when each delete that was found at load has been gone on with once.</summary>
    public Task LeftOvers => _leftOvers.Task;

    /// <summary>What a delete under way removes of a collection; 0 when there is none.</summary>
    public long BoundOf(string collectionKey) => _deletions.TryGetValue(collectionKey, out var deletion) ? deletion.Bound : 0;

    /// <summary>Whether a delete that is under way is written down, and so will be carried out whatever happens.</summary>
    public bool IsWrittenDown(string collectionKey) =>
        CollectionKey.TrySplit(collectionKey, out var ns, out _)
        && _intents.TryGetValue(ns, out var bounds) && bounds.ContainsKey(collectionKey);

    /// <summary>The write under way that takes a collection off the list.</summary>
    public Task? Removal(string collectionKey) => _removals.GetValueOrDefault(collectionKey);

    /// <summary>A collection is registered: when it is listed for certain, it stays so.</summary>
    public bool TryKeep(string collectionKey)
    {
        if (!index.Contains(collectionKey) || _uncertain.Contains(collectionKey))
        {
            return false;
        }

        if (_deletions.TryGetValue(collectionKey, out var deletion) && !deletion.IsKept)
        {
            if (IsWrittenDown(collectionKey))
            {
                // Written once more, after the intent: so that a restart in between knows it, too.
                return false;
            }

            deletion.IsKept = true;
        }

        return true;
    }

    /// <summary>A collection was written to the list, so it is there for certain, and for good.</summary>
    public void Listed(string collectionKey)
    {
        _uncertain.Remove(collectionKey);
        if (_deletions.TryGetValue(collectionKey, out var deletion))
        {
            deletion.IsKept = true;
        }
    }

    /// <summary>Whether a collection was written to the list is not known.</summary>
    public void MayBeListed(string collectionKey) => _uncertain.Add(collectionKey);

    /// <summary>An intent was found when the catalog was loaded.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="bounds">The bounds by collection key.</param>
    /// <param name="isKept">Whether a collection was registered again after the intent.</param>
    public void Found(string ns, Dictionary<string, long> bounds, Predicate<string> isKept)
    {
        if (!_intents.TryGetValue(ns, out var intent))
        {
            _intents.Add(ns, intent = []);
        }

        foreach (var (collectionKey, bound) in bounds)
        {
            intent[collectionKey] = bound;
            _deletions[collectionKey] = new Deletion(bound) { IsKept = isKept(collectionKey) };
        }
    }

    /// <summary>Goes on with intents in the background until there is none.</summary>
    /// <param name="wait">How long to wait before the first try.</param>
    public void GoOn(TimeSpan wait)
    {
        if (_intents.Count == 0)
        {
            _leftOvers.TrySetResult();
        }
        else if (!_goesOn)
        {
            _goesOn = true;
            _ = CarryOutIntents(wait);
        }
    }

    /// <summary>Deletes one collection of a namespace, or all.</summary>
    /// <returns>Why it is not done, or not known to be; <see langword="null"/> when it is.</returns>
    public Task<Refusal?> Delete(string ns, string? collection, Deadline deadline) =>
        InTurn(ns, async () => await CarryOut(ns) ?? await DeleteListed(ns, collection, deadline));

    /// <summary>Runs deletes of one namespace one after the other.</summary>
    private async Task<Refusal?> InTurn(string ns, Func<Task<Refusal?>> delete)
    {
        var ended = new TaskCompletionSource();
        var before = _gates.GetValueOrDefault(ns, Task.CompletedTask);
        _gates[ns] = ended.Task;
        await before;
        try
        {
            return await delete();
        }
        catch (Exception fault)
        {
            return new Refusal(RefusalCode.Unavailable, $"the delete did not come to its end and may be finished later: {fault.Message}");
        }
        finally
        {
            if (_gates.GetValueOrDefault(ns) == ended.Task)
            {
                _gates.Remove(ns);
            }

            ended.SetResult();
            GoOn(FirstRetry);
        }
    }

    private async Task<Refusal?> DeleteListed(string ns, string? collection, Deadline deadline)
    {
        // A write that was sent before may have its collection put on the list just now.
        var underWay = registering.Where(pair => IsMeant(pair.Key, ns, collection)).Select(pair => pair.Value).ToArray();
        await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        var keys = index.ListCollections(ns).Select(name => CollectionKey.Join(ns, name)).Union(_uncertain)
            .Where(key => IsMeant(key, ns, collection)).ToArray();
        if (keys.Length == 0)
        {
            return null;
        }

        // Before the fences: who activates a collection in the middle of this learns it from here.
        var now = clock.NowMicros();
        Array.ForEach(keys, key => _deletions[key] = new Deletion(now));
        var bounds = new Dictionary<string, long>(keys.Length);
        try
        {
            if (await OnEach(keys, key => collections.Fence(key, now), answer => answer.Refusal, (key, answer) => bounds[key] = answer.Version) is { } refusal)
            {
                return refusal;
            }

            if (deadline.IsOver)
            {
                // Whoever asked has been told so, and may have written since: that must not be deleted.
                return deadline.TimedOut;
            }

            foreach (var (key, bound) in bounds)
            {
                _deletions[key].Bound = bound;
            }

            // Refused, part of it may be there all the same: if a restart finds it, it is carried out then.
            refusal = await Write(CatalogRecord.Intent(ns, bounds));
            if (refusal is not null)
            {
                return refusal;
            }

            _intents[ns] = bounds;
        }
        finally
        {
            if (!_intents.ContainsKey(ns))
            {
                Array.ForEach(keys, key => _deletions.Remove(key));
            }
        }

        // It will be carried out sooner or later, so nobody may be told that it was refused.
        return await CarryOut(ns) is { } left ? Refusals.FinishedLater(left) : null;
    }

    private static bool IsMeant(string collectionKey, string ns, string? collection) =>
        CollectionKey.TrySplit(collectionKey, out var itsNamespace, out var itsName)
        && itsNamespace == ns && (collection is null || itsName == collection);

    /// <summary>Carries out the durable intent of a namespace, if there is one. Repeating any part of it changes nothing.</summary>
    private async Task<Refusal?> CarryOut(string ns)
    {
        if (!_intents.TryGetValue(ns, out var bounds))
        {
            return null;
        }

        var gone = new List<string>();
        var refusal = await OnEach(
            [.. bounds.Keys],
            key => collections.Clear(key, bounds[key]),
            answer => answer.Refusal,
            (key, answer) =>
            {
                if (answer.IsEmpty)
                {
                    gone.Add(key);
                }
            });
        if (refusal is not null)
        {
            return refusal;
        }

        // What is being put on the list just now is known to stay there only when that has ended; from the next line to the removals'
        // being known no other registration can begin.
        while (gone.Find(registering.ContainsKey) is { } underWay)
        {
            await ((Task)registering[underWay]).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }

        gone.RemoveAll(key => _deletions[key].IsKept);
        var removal = TakeOffList(ns, gone, bounds);
        gone.ForEach(key => _removals[key] = removal);
        return await removal;
    }

    private async Task<Refusal?> TakeOffList(string ns, List<string> gone, Dictionary<string, long> bounds)
    {
        // The caller has to store the task before it can end.
        await Task.Yield();
        var operations = gone.ConvertAll(CatalogRecord.Unlisted);
        operations.AddRange(CatalogRecord.IntentDone(ns, bounds.Count));
        var refusal = await Write(operations);
        foreach (var key in gone)
        {
            _removals.Remove(key);
            if (refusal is null)
            {
                index.Remove(key);
                _uncertain.Remove(key);
            }
            else
            {
                _uncertain.Add(key);
            }
        }

        if (refusal is null)
        {
            _intents.Remove(ns);
            foreach (var key in bounds.Keys)
            {
                _deletions.Remove(key);
            }
        }

        return refusal;
    }

    private async Task CarryOutIntents(TimeSpan wait)
    {
        while (_intents.Count > 0 && !left.IsCancellationRequested)
        {
            await Task.Delay(wait, clock, left).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            foreach (var ns in _intents.Keys.ToArray())
            {
                if (!left.IsCancellationRequested)
                {
                    await InTurn(ns, () => CarryOut(ns));
                }
            }

            _leftOvers.TrySetResult();
            wait = TimeSpan.FromTicks(Math.Clamp(wait.Ticks * 2, FirstRetry.Ticks, LastRetry.Ticks));
        }

        _leftOvers.TrySetResult();
        _goesOn = false;
    }

    private async Task<Refusal?> Write(List<Operation> operations)
    {
        try
        {
            var results = await collections.ApplySystem(new WriteBatch { Operations = [.. operations] }, reclaims: true);
            return results.FirstOrDefault(result => result.Refusal is not null)?.Refusal;
        }
        catch (Exception fault)
        {
            return new Refusal(RefusalCode.Unavailable, $"the catalog could not be written: {fault.Message}");
        }
    }

    /// <returns>The first refusal; <see langword="null"/> when there was none.</returns>
    private static async Task<Refusal?> OnEach<T>(
        string[] keys, Func<string, Task<T>> call, Func<T, Refusal?> refusalOf, Action<string, T> take)
    {
        foreach (var some in keys.Chunk(CollectionCatalog.CallsAtOnce))
        {
            var answers = await Task.WhenAll(some.Select(call));
            for (var i = 0; i < some.Length; i++)
            {
                if (refusalOf(answers[i]) is { } refusal)
                {
                    return refusal;
                }

                take(some[i], answers[i]);
            }
        }

        return null;
    }
}
