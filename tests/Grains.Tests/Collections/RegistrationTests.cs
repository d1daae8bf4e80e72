using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Tests.Collections;

/// <summary>Whether a collection may believe that it is listed.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task Registration_that_began_before_a_delete_is_nobodys_word_after_it()
    {
        // Seed 565 of the simulated service: the catalog had answered "listed" before the delete took the collection off its list.
        var registry = new SlowRegistry();
        var registration = new Registration("a/x", registry);
        var before = registration.Make(new Deadline(TimeProvider.System, TimeSpan.FromMinutes(1)));
        await registry.IsAsked(times: 1);
        registration.Cancel();
        var after = registration.Make(new Deadline(TimeProvider.System, TimeSpan.FromMinutes(1)));
        await registry.IsAsked(times: 2);

        registry.Answers[0].SetResult(null);
        Assert.Null(await before);
        Assert.False(registration.IsMade);
        registry.Answers[1].SetResult(null);
        Assert.Null(await after);
        Assert.True(registration.IsMade);
    }

    private sealed class SlowRegistry : IRegistry
    {
        public List<TaskCompletionSource<Refusal?>> Answers { get; } = [];

        public async Task IsAsked(int times)
        {
            while (Answers.Count < times)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }

        public Task<Standing> Find(string collectionKey) => throw new NotSupportedException();

        public Task<Refusal?> Register(string collectionKey)
        {
            lock (Answers)
            {
                Answers.Add(new TaskCompletionSource<Refusal?>());
                return Answers[^1].Task;
            }
        }
    }
}
