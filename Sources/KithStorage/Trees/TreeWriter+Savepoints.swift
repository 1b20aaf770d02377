extension TreeWriter {
    /// Goes back to the pages of `generation` and before.
    func rollBack(to target: UInt32, droppedPageCount: Int, heldPageCount: Int) {
        changed.releaseAll(after: target)
        for (page, made) in spilledPages where made > target {
            spilledPages[page] = nil
            reusablePages.append(page)
        }
        droppedPages.removeSubrange(droppedPageCount...)
        heldPages.removeSubrange(heldPageCount...)
        heldGeneration = target
        generation += 1
    }

    /// Gives up pages that only savepoints newer than `generation` used.
    func releaseHeld(upTo target: UInt32) {
        heldGeneration = target
        var kept = 0
        for place in heldPages.indices {
            let held = heldPages[place]
            if held.generation <= target {
                heldPages[kept] = held
                kept += 1
            } else {
                // It belongs to no savepoint any more, so this adds no held page.
                drop(held.reference)
            }
        }
        heldPages.removeLast(heldPages.count - kept)
    }

    /// Records that all changed pages are in the file now.
    func pagesWereSpilled(_ references: [Int: PageReference]) {
        for index in heldPages.indices where heldPages[index].reference.isChanged {
            guard let reference = references[heldPages[index].reference.changedIndex] else {
                preconditionFailure("a page held for a savepoint was not reachable from it")
            }
            heldPages[index].reference = reference
        }
        for (index, reference) in references {
            spilledPages[reference.page] = changed.generation(index)
            changed.release(index)
        }
    }
}
